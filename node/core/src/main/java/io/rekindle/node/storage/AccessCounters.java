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
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Counts in RAM how often memories are returned, until a flush moves the counts to the store.
 *
 * <p>Thread-safe; counting costs one atomic update of a map entry and never waits for the disk:
 * whoever brings the number of counted memories to its bound asks for a flush, once, and goes on.
 * After a flush that was refused the counts wait for the next periodic one. At twice the bound
 * memories that are not among the counted ones are not counted any more.
 */
public final class AccessCounters {
  private record Key(NamespaceId namespace, MemoryId memoryId) {}

  private final ConcurrentMap<Key, AccessDelta> counts = new ConcurrentHashMap<>();
  private final int memoriesMax;
  private final InstantSource clock;
  private final AtomicBoolean asked = new AtomicBoolean();
  private volatile Runnable askForFlush = () -> {};
  private volatile boolean refused;

  /**
   * Counters without counts.
   *
   * @param memoriesMax memories counted at a time before a flush is asked for
   */
  public AccessCounters(int memoriesMax, InstantSource clock) {
    this.memoriesMax = memoriesMax;
    this.clock = clock;
  }

  /**
   * Says how to ask for a flush, once there is one.
   *
   * @param action has {@link #drain} called soon, by another thread
   */
  public void whenFull(Runnable action) {
    askForFlush = action;
  }

  /** Counts one return of each memory. */
  public void returned(Namespace namespace, List<MemoryId> memories) {
    Instant now = clock.instant();
    for (MemoryId memory : memories) {
      add(new AccessDelta(namespace, memory, 1, now));
    }
    if (counts.size() >= memoriesMax && !refused && asked.compareAndSet(false, true)) {
      askForFlush.run();
    }
  }

  /** Takes all counts out. */
  public List<AccessDelta> drain() {
    refused = false;
    asked.set(false);
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
    if (!deltas.isEmpty()) {
      refused = true;
    }
    deltas.forEach(this::add);
  }

  private void add(AccessDelta delta) {
    Key key = new Key(delta.namespace().id(), delta.memoryId());
    if (counts.size() < 2L * memoriesMax || counts.containsKey(key)) {
      counts.merge(key, delta, AccessCounters::together);
    }
  }

  private static AccessDelta together(AccessDelta one, AccessDelta other) {
    Instant last =
        one.lastAccessedAt().isAfter(other.lastAccessedAt())
            ? one.lastAccessedAt()
            : other.lastAccessedAt();
    return new AccessDelta(one.namespace(), one.memoryId(), one.count() + other.count(), last);
  }
}
