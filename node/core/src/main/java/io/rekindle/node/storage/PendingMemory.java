package io.rekindle.node.storage;

import io.rekindle.node.model.EmbeddingStatus;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.Namespace;
import java.time.Instant;

/**
 * A memory that lacks its vectors.
 *
 * @param status PENDING, or FAILED when it is to be tried again daily
 * @param updatedAt when the row was last changed, by a caller or by a failed attempt
 */
public record PendingMemory(
    Namespace namespace, MemoryId memoryId, EmbeddingStatus status, Instant updatedAt) {}
