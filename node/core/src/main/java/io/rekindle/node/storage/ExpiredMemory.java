package io.rekindle.node.storage;

import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.Namespace;
import java.time.Instant;

/** A memory whose time is over. */
public record ExpiredMemory(
    Namespace namespace, MemoryId memoryId, long version, Instant expiresAt) {}
