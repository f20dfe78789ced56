package io.rekindle.node.model;

import org.jspecify.annotations.Nullable;

/**
 * A memory as a reader sees it.
 *
 * @param vector the caller's own, where the namespace's model is {@code external} and it was asked
 *     for; else null
 */
public record Memory(
    NamespacePath namespace,
    MemoryColumns columns,
    MemoryPayload payload,
    AccessStats access,
    @Nullable VectorInput vector) {
  public MemoryId memoryId() {
    return columns.memoryId();
  }
}
