package io.rekindle.node.storage;

import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.NamespaceId;
import io.rekindle.node.storage.AccessCountStore.AccessDelta;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Counts in RAM how often memories are returned, until a flush moves the counts to the store.
 *
 * <p>Thread-safe; counting costs one atomic update of a map entry and never waits for the disk,
 * except that whoever brings the number of counted memories over its bound flushes them.
 */
public final class AccessCounters {
  private record Key(NamespaceId namespace, MemoryId memoryId) {}

  private final ConcurrentMap<Key, AccessDelta> counts = new ConcurrentHashMap<>();
  private final int memoriesMax;
  private final InstantSource clock;
  private volatile Runnable flush = () -> {};

  /**
   * Counters without counts.
   *
   * @param memoriesMax memories counted at a time before somebody has to flush
   */
  public AccessCounters(int memoriesMax, InstantSource clock) {
    this.memoriesMax = memoriesMax;
    this.clock = clock;
  }

  /** Says what flushes, once it exists. */
  public void flushWith(Runnable action) {
    flush = action;
  }

  /** Counts one return of each memory. */
  public void returned(Namespace namespace, List<MemoryId> memories) {
    Instant now = clock.instant();
    for (MemoryId memory : memories) {
      add(new AccessDelta(namespace, memory, 1, now));
    }
    if (counts.size() >= memoriesMax) {
      flush.run();
    }
  }

  /** Takes all counts out. */
  public List<AccessDelta> drain() {
    List<AccessDelta> taken = new ArrayList<>(counts.size());
    for (Key key : counts.keySet()) {
      AccessDelta delta = counts.remove(key);
      if (delta != null) {
        taken.add(delta);
      }
    }
    return taken;
  }

  /** Puts back what a flush could not write. */
  public void giveBack(List<AccessDelta> deltas) {
    deltas.forEach(this::add);
  }

  private void add(AccessDelta delta) {
    counts.merge(
        new Key(delta.namespace().id(), delta.memoryId()), delta, AccessCounters::together);
  }

  private static AccessDelta together(AccessDelta one, AccessDelta other) {
    Instant last =
        one.lastAccessedAt().isAfter(other.lastAccessedAt())
            ? one.lastAccessedAt()
            : other.lastAccessedAt();
    return new AccessDelta(one.namespace(), one.memoryId(), one.count() + other.count(), last);
  }
}
