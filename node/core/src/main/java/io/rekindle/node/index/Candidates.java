package io.rekindle.node.index;

import java.util.Arrays;

/**
 * The vectors of the highest bounds so far. Takes what comes into a room several times as large as
 * what is kept, and when that is full lets go of the lowest, in linear time: a heap would pay a
 * logarithm and its mispredicted branches for each that comes, which was half of a search. One
 * thread.
 */
final class Candidates {
  private static final int ROOM = 4;
  private static final int ROOM_AT_FIRST = 1_024;

  private final int kept;

  // A bound as an int that sorts as it does, above an ordinal.
  private long[] keys;
  private int size;
  private float threshold = Float.NEGATIVE_INFINITY;

  /**
   * @param kept how many of the highest are kept for certain
   */
  Candidates(int kept) {
    this.kept = kept;
    this.keys = new long[Math.min(room(), ROOM_AT_FIRST)];
  }

  /** Bounds up to this one are not worth offering: it is that of one that was let go, or lower. */
  float threshold() {
    return threshold;
  }

  /** Whether as many came as are kept. */
  boolean isFull() {
    return size >= kept;
  }

  /** Whether some that came were let go. */
  boolean hasLetGo() {
    return threshold > Float.NEGATIVE_INFINITY;
  }

  void offer(float bound, int ordinal) {
    keys[size++] = (long) sortable(bound) << Integer.SIZE | ordinal;
    if (size == keys.length) {
      if (size < room()) {
        keys = Arrays.copyOf(keys, Math.min(room(), 2 * size));
      } else {
        shrink();
      }
    }
  }

  private int room() {
    return ROOM * kept;
  }

  /** The highest last. Only what was never full still holds more than are kept. */
  void sort() {
    if (hasLetGo() && size > kept) {
      shrink();
    }
    Arrays.sort(keys, 0, size);
  }

  /** Forgets all, but not the threshold. */
  void clear() {
    size = 0;
  }

  int size() {
    return size;
  }

  float bound(int at) {
    int bits = (int) (keys[at] >> Integer.SIZE);
    return Float.intBitsToFloat(unsortable(bits));
  }

  int ordinal(int at) {
    return (int) keys[at];
  }

  private void shrink() {
    int first = size - kept;
    Selection.select(keys, 0, size, first);
    long highestLetGo = Long.MIN_VALUE;
    for (int i = 0; i < first; i++) {
      highestLetGo = Math.max(highestLetGo, keys[i]);
    }
    threshold =
        Math.max(threshold, Float.intBitsToFloat(unsortable((int) (highestLetGo >> Integer.SIZE))));
    System.arraycopy(keys, first, keys, 0, kept);
    size = kept;
  }

  /** An int that sorts as the float does. */
  static int sortable(float value) {
    int bits = Float.floatToRawIntBits(value);
    return bits < 0 ? bits ^ Integer.MAX_VALUE : bits;
  }

  private static int unsortable(int bits) {
    return bits < 0 ? bits ^ Integer.MAX_VALUE : bits;
  }
}
