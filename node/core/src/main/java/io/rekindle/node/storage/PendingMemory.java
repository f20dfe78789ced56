package io.rekindle.node.storage;

import io.rekindle.node.model.EmbeddingStatus;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.Namespace;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A memory that lacks its vectors.
 *
 * @param changedAt when its content, or anything else of it, was last changed by a caller
 * @param status PENDING, or FAILED when it is to be tried again daily
 * @param failedAt when the last attempt of a FAILED one failed; null when its row was changed since
 * @param locked its tenant's key is not to be had here: it can't be embedded now
 */
public record PendingMemory(
    Namespace namespace,
    MemoryId memoryId,
    Instant changedAt,
    EmbeddingStatus status,
    @Nullable Instant failedAt,
    boolean locked) {}
