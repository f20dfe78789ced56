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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts in RAM how often memories are returned, until a flush moves the counts to the store.
 *
 * <p>Thread-safe; counting costs one atomic update of a map entry and never waits for the disk,
 * except that whoever brings the number of counted memories over its bound flushes them. A flush
 * that is refused costs no reader its answer: the counts wait for the next periodic one. At twice
 * the bound memories that are not among the counted ones are not counted any more.
 */
public final class AccessCounters {
  private static final Logger LOG = LoggerFactory.getLogger(AccessCounters.class);

  private record Key(NamespaceId namespace, MemoryId memoryId) {}

  private final ConcurrentMap<Key, AccessDelta> counts = new ConcurrentHashMap<>();
  private final int memoriesMax;
  private final InstantSource clock;
  private final AtomicBoolean flushing = new AtomicBoolean();
  private volatile Runnable flush = () -> {};
  private volatile boolean refused;

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
    if (counts.size() >= memoriesMax && !refused && flushing.compareAndSet(false, true)) {
      try {
        flush.run();
      } catch (RuntimeException e) {
        LOG.atWarn().setCause(e).log("access counts could not be written; they wait");
      } finally {
        flushing.set(false);
      }
    }
  }

  /** Takes all counts out. */
  public List<AccessDelta> drain() {
    refused = false;
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
