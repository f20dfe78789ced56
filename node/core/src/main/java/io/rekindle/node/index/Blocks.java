package io.rekindle.node.index;

import java.util.Arrays;

/**
 * A growing array of slots in blocks that never move, with the slots that were given back.
 *
 * <p>{@link #take} and {@link #giveBack} belong to the writer; the rest is for everybody.
 */
final class Blocks<B extends Block> {
  /** Makes a block; throws {@code INDEX_MEMORY_EXHAUSTED} when it may not. */
  interface Maker<B> {
    B make(int capacity);
  }

  private final BlockShape shape;
  private final Maker<B> maker;
  private volatile Block[] blocks = {};
  private volatile int size;
  private int firstFree = -1;

  Blocks(BlockShape shape, Maker<B> maker) {
    this.shape = shape;
    this.maker = maker;
  }

  /** Ordinals that were ever taken; all are below this. */
  int size() {
    return size;
  }

  B of(int ordinal) {
    return block(shape.block(ordinal));
  }

  /** The number of the block that holds an ordinal. */
  int number(int ordinal) {
    return shape.block(ordinal);
  }

  int slot(int ordinal) {
    return shape.slot(ordinal);
  }

  /** The block of a number, in the order of ordinals. */
  @SuppressWarnings("unchecked") // The maker's blocks are the only ones in the array.
  B block(int number) {
    return (B) blocks[number];
  }

  /** A slot of zeros: one that was given back, or a new one. */
  int take() {
    if (firstFree >= 0) {
      int ordinal = firstFree;
      B block = of(ordinal);
      firstFree = block.next(slot(ordinal));
      block.setNext(slot(ordinal), -1);
      return ordinal;
    }
    int ordinal = size;
    int number = shape.block(ordinal);
    if (number == blocks.length) {
      Block[] grown = Arrays.copyOf(blocks, number + 1);
      grown[number] = maker.make(shape.capacity(number));
      blocks = grown;
    }
    size = ordinal + 1;
    return ordinal;
  }

  /** Takes back a slot that its owner has overwritten with zeros. */
  void giveBack(int ordinal) {
    of(ordinal).setNext(slot(ordinal), firstFree);
    firstFree = ordinal;
  }
}
