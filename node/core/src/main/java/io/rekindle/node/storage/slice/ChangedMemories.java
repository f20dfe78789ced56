package io.rekindle.node.storage.slice;

import io.rekindle.node.model.MemoryId;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Memories that changed since they were last taken, up to a bound; beyond it only that there were
 * more. Thread-safe; {@link #add} is called inside commits, so it neither waits nor throws.
 */
final class ChangedMemories {
  static final int MEMORIES_MAX = 10_000;

  private final ConcurrentLinkedQueue<MemoryId> queue = new ConcurrentLinkedQueue<>();
  private final AtomicInteger size = new AtomicInteger();
  private volatile boolean more;

  void add(MemoryId id) {
    if (size.get() >= MEMORIES_MAX) {
      more = true;
      return;
    }
    size.incrementAndGet();
    queue.add(id);
  }

  /** What was taken did not get where it was to go: any memory may have changed. */
  void addUnknown() {
    more = true;
  }

  boolean isEmpty() {
    return !more && queue.isEmpty();
  }

  /** Whether there were more than are kept, since this was last asked. */
  boolean takeMore() {
    boolean were = more;
    if (were) {
      more = false;
    }
    return were;
  }

  Set<MemoryId> take() {
    Set<MemoryId> taken = new LinkedHashSet<>();
    for (MemoryId id = queue.poll(); id != null; id = queue.poll()) {
      size.decrementAndGet();
      taken.add(id);
    }
    return taken;
  }
}
