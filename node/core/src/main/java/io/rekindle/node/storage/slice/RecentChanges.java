package io.rekindle.node.storage.slice;

import io.rekindle.node.model.SliceId;
import io.rekindle.node.storage.row.SliceKey;
import java.lang.ref.WeakReference;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * The last key that each thread changed.
 *
 * <p>Why: Ignite updates its SQL indexes after it has told the {@code IndexingSpi}. A build that
 * begins in between, and reads a slice by the SQL index, would miss the change: neither told live
 * nor to be found. A thread can be in that gap with one key only, the last it told. So a build
 * reads these keys from the cache itself, which is changed before the SPI is told.
 *
 * <p>Bounded by the number of threads. Thread-safe: a change is noted (volatile) before the slice
 * is looked up, a build registers its slice before it asks here, so one sees the other.
 */
final class RecentChanges {
  private final ConcurrentLinkedQueue<Slot> slots = new ConcurrentLinkedQueue<>();
  private final ThreadLocal<Slot> own = ThreadLocal.withInitial(this::newSlot);

  private static final class Slot {
    final WeakReference<Thread> thread = new WeakReference<>(Thread.currentThread());
    volatile @Nullable SliceKey last;

    boolean isDead() {
      Thread alive = thread.get();
      return alive == null || !alive.isAlive();
    }
  }

  void note(SliceKey key) {
    own.get().last = key;
  }

  /** The keys of one slice that may not be in the SQL index yet, or no longer should be. */
  Set<SliceKey> of(SliceId slice) {
    slots.removeIf(Slot::isDead);
    Set<SliceKey> keys = new HashSet<>();
    for (Slot slot : slots) {
      SliceKey last = slot.last;
      if (last != null && last.slice().equals(slice)) {
        keys.add(last);
      }
    }
    return keys;
  }

  private Slot newSlot() {
    Slot slot = new Slot();
    slots.add(slot);
    return slot;
  }
}
