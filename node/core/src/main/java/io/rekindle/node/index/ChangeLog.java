package io.rekindle.node.index;

import java.lang.invoke.VarHandle;
import java.util.BitSet;

/**
 * Numbers the changes of rows, and knows the rows of the newest ones.
 *
 * <p>Who collects rows by the sets of their values reads one set after the other, and a row may
 * pass from a set that was not read yet to one that was read already. Whoever adds the rows that
 * changed meanwhile misses none: a row that did not change was in its sets all the while, because a
 * change enters new values before it has a number, and leaves old ones after the row is written.
 *
 * <p>One writer at a time; readers take no lock.
 */
final class ChangeLog {
  /** Changes remembered, a power of two. */
  static final int SIZE = 64;

  /** Of the log, in bytes. */
  static final long BYTES = 16 + SIZE * Integer.BYTES;

  private final int[] rows = new int[SIZE];
  private volatile long last;

  /** The number of the newest change. */
  long last() {
    return last;
  }

  /** Gives the next number to a change of a row. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // There is one writer at a time.
  void add(int row) {
    // Not before the number of the change before is seen: addSince counts on it.
    VarHandle.storeStoreFence();
    rows[(int) (last + 1) & (SIZE - 1)] = row;
    last++;
  }

  /**
   * Adds the rows below {@code end} that changed after the change {@code since}.
   *
   * @return false when there were too many: then the set may lack some
   */
  boolean addSince(long since, BitSet set, int end) {
    long newest = last;
    if (newest - since >= SIZE) {
      return false;
    }
    for (long change = since + 1; change <= newest; change++) {
      int row = rows[(int) change & (SIZE - 1)];
      if (row < end) {
        set.set(row);
      }
    }
    VarHandle.loadLoadFence();
    return last - since < SIZE;
  }
}
