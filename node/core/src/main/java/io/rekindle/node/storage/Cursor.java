package io.rekindle.node.storage;

import io.rekindle.node.model.MemoryId;
import java.time.Instant;

/** Where a list of memories, newest first, goes on: behind the memory that has these values. */
public record Cursor(Instant createdAt, MemoryId memoryId) {}
