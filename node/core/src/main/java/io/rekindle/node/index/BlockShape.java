package io.rekindle.node.index;

/**
 * Where an ordinal lies: blocks of 16, 16, 32, 64 ... slots up to a largest size, then all of that
 * size, and from {@value #MANY} ordinals on all of a larger one, in which huge pages fit. A slice
 * of ten memories stays small, a large one is made of large pieces, and nothing ever moves.
 *
 * @param maxShift binary logarithm of the largest block's slots, while ordinals are not many
 * @param manyShift that of each block beyond, not less
 */
record BlockShape(int maxShift, int manyShift) {
  /** From this ordinal on the larger blocks come: of what is there already, they are a quarter. */
  static final int MANY = 1 << 17;

  private static final int MIN_SHIFT = 4;
  private static final int MAX_SHIFT = 12;
  private static final int MANY_SHIFT = 15;
  private static final long BLOCK_BYTES_MAX = 4L << 20;
  private static final long MANY_BYTES_MAX = 16L << 20;

  /** All blocks from some size on alike. */
  BlockShape(int maxShift) {
    this(maxShift, maxShift);
  }

  /** For slots of this many bytes: blocks of at most 4,096 slots and about 4 MiB, then 16 MiB. */
  static BlockShape ofSlotBytes(long bytes) {
    return new BlockShape(
        Math.clamp(shift(BLOCK_BYTES_MAX / bytes), MIN_SHIFT, MAX_SHIFT),
        Math.clamp(shift(MANY_BYTES_MAX / bytes), MIN_SHIFT, MANY_SHIFT));
  }

  private static int shift(long slots) {
    return 63 - Long.numberOfLeadingZeros(slots);
  }

  /** The number of the block that holds an ordinal. */
  int block(int ordinal) {
    if (ordinal >= MANY) {
      return firstOfMany() + ((ordinal - MANY) >>> manyShift);
    }
    if (ordinal >>> maxShift != 0) {
      return maxShift - MIN_SHIFT + (ordinal >>> maxShift);
    }
    return Math.max(0, Integer.SIZE - MIN_SHIFT - Integer.numberOfLeadingZeros(ordinal));
  }

  private int firstOfMany() {
    return maxShift - MIN_SHIFT + (MANY >>> maxShift);
  }

  /** The place of an ordinal within its block. */
  int slot(int ordinal) {
    if (ordinal >= MANY) {
      return ordinal & ((1 << manyShift) - 1);
    }
    if (ordinal >>> maxShift != 0) {
      return ordinal & ((1 << maxShift) - 1);
    }
    return ordinal < 1 << MIN_SHIFT ? ordinal : ordinal ^ Integer.highestOneBit(ordinal);
  }

  /** Slots of a block. */
  int capacity(int block) {
    return block >= firstOfMany()
        ? 1 << manyShift
        : 1 << Math.min(maxShift, MIN_SHIFT + Math.max(0, block - 1));
  }
}
