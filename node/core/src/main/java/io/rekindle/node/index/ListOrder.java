package io.rekindle.node.index;

import java.util.Arrays;

/**
 * The numbers of all lists, the one whose mean is most promising for a query first. A search looks
 * through a few of a thousand: they are put in order as far as they are asked for. One thread.
 */
final class ListOrder {
  private static final int AT_FIRST = 32;

  // How far a list is as an int that sorts as it does, above its number.
  private final long[] keys;
  private int ordered;

  /**
   * @param far how far each list is; finite
   */
  ListOrder(float[] far) {
    keys = new long[far.length];
    for (int list = 0; list < far.length; list++) {
      keys[list] = (long) Candidates.sortable(far[list]) << Integer.SIZE | list;
    }
  }

  int count() {
    return keys.length;
  }

  /** Which list comes at a place, from 0 on. */
  int list(int place) {
    while (place >= ordered) {
      int next = Math.min(keys.length, Math.max(AT_FIRST, 2 * ordered));
      if (next < keys.length) {
        Selection.select(keys, ordered, keys.length, next);
      }
      Arrays.sort(keys, ordered, next);
      ordered = next;
    }
    return (int) keys[place];
  }
}
