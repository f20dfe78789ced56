package io.rekindle.node.index;

import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.MemoryId;
import java.util.HashSet;
import java.util.Set;

/**
 * What live changes removed while a build goes on, so that the scan, which may be older, does not
 * bring it back. Guarded by the writer's lock.
 */
final class BuildLedger {
  /** Of an id in a set, with its boxes, in bytes. */
  private static final long ENTRY_BYTES = 128;

  private final NativeMemory memory;
  private final Set<MemoryId> rows = new HashSet<>();
  private final Set<ChunkId> vectors = new HashSet<>();
  private boolean complete = true;

  private record ChunkId(MemoryId id, int chunk) {}

  BuildLedger(NativeMemory memory) {
    this.memory = memory;
  }

  void rowRemoved(MemoryId id) {
    remember(rows, id);
  }

  void vectorRemoved(MemoryId id, int chunk) {
    remember(vectors, new ChunkId(id, chunk));
  }

  /** A removal is never refused for want of memory; the build is worthless instead. */
  private <T> void remember(Set<T> removed, T what) {
    if (removed.contains(what)) {
      return;
    }
    try {
      memory.reserve(ENTRY_BYTES);
      removed.add(what);
    } catch (RekindleException e) {
      complete = false;
    }
  }

  boolean knowsRemoved(MemoryId id) {
    return rows.contains(id);
  }

  boolean knowsRemoved(MemoryId id, int chunk) {
    return rows.contains(id) || vectors.contains(new ChunkId(id, chunk));
  }

  boolean isEmpty() {
    return rows.isEmpty() && vectors.isEmpty();
  }

  boolean isComplete() {
    return complete;
  }

  void forget() {
    memory.release(ENTRY_BYTES * (rows.size() + vectors.size()));
    rows.clear();
    vectors.clear();
  }
}
