package io.rekindle.node.model;

/** A memory as a reader sees it. */
public record Memory(
    NamespacePath namespace, MemoryColumns columns, MemoryPayload payload, AccessStats access) {
  public MemoryId memoryId() {
    return columns.memoryId();
  }
}
