package io.rekindle.node.storage.slice;

import io.rekindle.node.error.RekindleException;
import io.rekindle.node.index.Rehearsal;
import io.rekindle.node.index.SliceIndex;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Searches slices for what nobody asked, so that the JVM has compiled the scans before this node
 * becomes the owner.
 *
 * <p>A loop over the Vector API is a thousand times slower until the second compiler has seen it
 * run often enough. A node that has only stood by would begin there, with all the searches of a
 * node that was killed at once, each of which keeps a core from the compiler: seen to take up to
 * ten seconds on two cores. So it searches here first, in turns, until that is fast, or has taken
 * {@value #SECONDS_MAX} s in all. One thread; what it has done is for any to ask.
 */
final class Rehearsals {
  private static final int SECONDS_MAX = 10;
  private static final long TURN_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final int TURN_SEARCHES = 50;

  /** With fewer, what is not the scan takes longer. */
  private static final int VECTORS_MIN = 100;

  /** Compiled, a vector of 384 dimensions takes some 50; not compiled, hundreds of thousands. */
  private static final long FAST_NANOS_PER_VECTOR = 1_000;

  private final Random random = new Random();
  private final AtomicLong searches = new AtomicLong();
  private volatile long leftNanos = TimeUnit.SECONDS.toNanos(SECONDS_MAX);

  /** A turn: at most a second, on this thread. */
  void of(LiveSlice slice) {
    if (leftNanos <= 0 || !slice.built().isDone() || slice.isStale()) {
      return;
    }
    SliceIndex index = slice.index();
    int vectors = index.vectors();
    if (vectors < VECTORS_MIN) {
      return;
    }
    long begun = System.nanoTime();
    long took = 0;
    int done = 0;
    try {
      for (; done < TURN_SEARCHES && took < TURN_NANOS && !slice.isAsked(); done++) {
        Rehearsal.of(index, random);
        searches.incrementAndGet();
        took = System.nanoTime() - begun;
      }
    } catch (RekindleException e) {
      // It was closed meanwhile, as a slice may be at any time.
      return;
    }
    boolean fast = done == TURN_SEARCHES && took < TURN_SEARCHES * FAST_NANOS_PER_VECTOR * vectors;
    leftNanos = fast ? 0 : leftNanos - took;
  }

  /** Whether they were enough. */
  boolean areOver() {
    return leftNanos <= 0;
  }

  /** How many there were. */
  long searches() {
    return searches.get();
  }
}
