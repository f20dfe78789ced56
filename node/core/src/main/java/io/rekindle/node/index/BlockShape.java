package io.rekindle.node.index;

/**
 * Where an ordinal lies: blocks of 16, 16, 32, 64 ... slots up to a largest size, then all of that
 * size. A slice of ten memories stays small, a large one is made of large pieces, and nothing ever
 * moves.
 *
 * @param maxShift binary logarithm of the largest block's slots
 */
record BlockShape(int maxShift) {
  private static final int MIN_SHIFT = 4;
  private static final int MAX_SHIFT = 12;
  private static final long BLOCK_BYTES_MAX = 4L << 20;

  /** For slots of this many bytes: blocks of at most 4,096 slots and about 4 MiB. */
  static BlockShape ofSlotBytes(long bytes) {
    int shift = 63 - Long.numberOfLeadingZeros(BLOCK_BYTES_MAX / bytes);
    return new BlockShape(Math.clamp(shift, MIN_SHIFT, MAX_SHIFT));
  }

  /** The number of the block that holds an ordinal. */
  int block(int ordinal) {
    if (ordinal >>> maxShift != 0) {
      return maxShift - MIN_SHIFT + (ordinal >>> maxShift);
    }
    return Math.max(0, Integer.SIZE - MIN_SHIFT - Integer.numberOfLeadingZeros(ordinal));
  }

  /** The place of an ordinal within its block. */
  int slot(int ordinal) {
    if (ordinal >>> maxShift != 0) {
      return ordinal & ((1 << maxShift) - 1);
    }
    return ordinal < 1 << MIN_SHIFT ? ordinal : ordinal ^ Integer.highestOneBit(ordinal);
  }

  /** Slots of a block. */
  int capacity(int block) {
    return 1 << Math.min(maxShift, MIN_SHIFT + Math.max(0, block - 1));
  }
}
