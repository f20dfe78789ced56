package io.rekindle.node.index;

/** Hoare, Algorithm 65: Find (CACM 1961): what belongs at a place, in linear time. */
final class Selection {
  private Selection() {}

  /**
   * Puts the key that belongs at {@code wanted} there, no higher one before it, no lower behind.
   *
   * @param from the first key that takes part
   * @param to behind the last one; {@code wanted} is below it
   */
  static void select(long[] keys, int from, int to, int wanted) {
    int low = from;
    int high = to - 1;
    while (low < high) {
      long pivot = keys[(low + high) >>> 1];
      int left = low;
      int right = high;
      while (left <= right) {
        while (keys[left] < pivot) {
          left++;
        }
        while (keys[right] > pivot) {
          right--;
        }
        if (left <= right) {
          long moved = keys[left];
          keys[left++] = keys[right];
          keys[right--] = moved;
        }
      }
      if (wanted <= right) {
        high = right;
      } else if (wanted >= left) {
        low = left;
      } else {
        return;
      }
    }
  }
}
