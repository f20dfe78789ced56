package io.rekindle.node.model;

import java.time.Instant;

/** A namespace as it is stored: its opaque id, its name and its settings. */
public record Namespace(
    NamespaceId id,
    NamespacePath path,
    NamespaceSettings settings,
    Instant createdAt,
    long version) {

  /** The slice that a memory of this namespace lives on. */
  public SliceId sliceOf(MemoryId memoryId) {
    return SliceId.of(id, ordinalOf(memoryId.value().hashCode()));
  }

  /** The slice that holds the uniqueness and idempotency records of a keyed digest. */
  public SliceId sliceOf(byte[] digest) {
    return SliceId.of(id, ordinalOf(java.util.Arrays.hashCode(digest)));
  }

  private int ordinalOf(int hash) {
    return (hash ^ (hash >>> 16)) & (settings.slices() - 1);
  }
}
