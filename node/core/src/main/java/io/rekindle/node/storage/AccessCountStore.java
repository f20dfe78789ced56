package io.rekindle.node.storage;

import io.rekindle.node.access.Pass;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.Namespace;
import java.time.Instant;
import java.util.Collection;
import java.util.List;

/** How often memories were returned; kept apart from their rows. Thread-safe. */
public interface AccessCountStore {
  /** Deltas that one call takes at most. */
  int BATCH_MAX = 64;

  /** Deltas in parts, each for one who adds them: what one refuses, another may not. */
  Collection<List<AccessDelta>> byOwner(Pass pass, Collection<AccessDelta> deltas);

  /**
   * Adds counts, all of them or none; those of memories that are gone are dropped. When who adds
   * them is lost meanwhile, they may have been added.
   *
   * @param deltas at most {@link #BATCH_MAX}, of one part
   */
  void add(Pass pass, Collection<AccessDelta> deltas);

  /**
   * What to add for one memory.
   *
   * @param count of times returned since the last flush, at least 1
   */
  record AccessDelta(Namespace namespace, MemoryId memoryId, long count, Instant lastAccessedAt) {}
}
