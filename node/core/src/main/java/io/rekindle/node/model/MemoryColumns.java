package io.rekindle.node.model;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The structural columns of a memory: what can be filtered, sorted and counted without opening its
 * payload.
 *
 * @param externalKey a caller's own key, unique in the namespace
 * @param path labels of a caller's own scope, prefix-searchable; may be empty
 * @param agentId who stored it, from the API key
 * @param importance 0..1
 * @param embeddingModel the model of the namespace when this version was stored
 * @param contentVersion the {@code version} at which the content last changed; a vector belongs to
 *     exactly one content version
 * @param version 1 when created, then one more with every change of the row by a caller
 */
public record MemoryColumns(
    MemoryId memoryId,
    @Nullable String externalKey,
    List<String> path,
    @Nullable String agentId,
    @Nullable String sessionId,
    String memoryType,
    List<String> tags,
    Sensitivity sensitivity,
    float importance,
    EmbeddingStatus embeddingStatus,
    EmbeddingModelId embeddingModel,
    Instant createdAt,
    Instant updatedAt,
    @Nullable Instant expiresAt,
    long version,
    long contentVersion) {
  public MemoryColumns {
    path = List.copyOf(path);
    tags = List.copyOf(tags);
  }

  public boolean hasEmbedding() {
    return embeddingStatus == EmbeddingStatus.EMBEDDED;
  }

  /** Expired rows are invisible at once, and deleted by the sweep. */
  public boolean expiredAt(Instant now) {
    return expiresAt != null && !expiresAt.isAfter(now);
  }
}
