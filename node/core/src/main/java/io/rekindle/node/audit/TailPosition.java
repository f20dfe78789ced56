package io.rekindle.node.audit;

import java.util.Comparator;

/**
 * A place between two frames of the tail.
 *
 * @param file number of the tail file; grows with every file and with time, so that a folder put
 *     back from a copy never reuses a number
 * @param frame the frame before the place; 0 is the file's preamble
 * @param end offset in bytes at which that frame ends
 */
record TailPosition(long file, long frame, long end) implements Comparable<TailPosition> {
  static final TailPosition START = new TailPosition(0, 0, 0);

  private static final Comparator<TailPosition> ORDER =
      Comparator.comparingLong(TailPosition::file).thenComparingLong(TailPosition::frame);

  @Override
  public int compareTo(TailPosition other) {
    return ORDER.compare(this, other);
  }
}
