package io.rekindle.node.index;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The exact floats of vectors, each at its vector's block and slot.
 *
 * <p>Writes belong to who holds the index's lock; so does {@link #erase}. A reader {@link #enter
 * enters} first and takes no lock; what it reads it believes if the row's generation stays.
 */
final class FloatBlocks implements AutoCloseable {
  private final Blocks<VectorBlock> vectors;
  private final NativeMemory memory;
  private final UseCount uses;
  private final int dimensions;
  private volatile @Nullable MemorySegment[] blocks = {};

  FloatBlocks(Blocks<VectorBlock> vectors, NativeMemory memory, int dimensions) {
    this.vectors = vectors;
    this.memory = memory;
    this.uses = new UseCount(memory::close);
    this.dimensions = dimensions;
  }

  /** Makes room for a vector whose ordinal was taken; throws {@code INDEX_MEMORY_EXHAUSTED}. */
  void reserve(int ordinal) {
    int number = vectors.number(ordinal);
    if (block(number) == null) {
      MemorySegment block =
          memory.allocate(vectors.block(number).capacity() * (long) dimensions * Float.BYTES);
      @Nullable MemorySegment[] grown = Arrays.copyOf(blocks, Math.max(blocks.length, number + 1));
      grown[number] = block;
      blocks = grown;
    }
  }

  /** The floats of a block of vectors, or null when it never had any. */
  @Nullable MemorySegment block(int number) {
    @Nullable MemorySegment[] all = blocks;
    return number < all.length ? all[number] : null;
  }

  /** Where a slot's floats lie in its block. */
  long offset(int slot) {
    return (long) slot * dimensions * Float.BYTES;
  }

  /** Writes a vector, after {@link #reserve}. */
  void write(int ordinal, float[] vector) {
    MemorySegment block = block(vectors.number(ordinal));
    if (block == null) {
      throw new IllegalStateException("no room was reserved for the floats of a vector");
    }
    long offset = offset(vectors.slot(ordinal));
    MemorySegment.copy(vector, 0, block, ValueLayout.JAVA_FLOAT, offset, dimensions);
  }

  /** Overwrites a vector with zeros, if it has floats. */
  void erase(int ordinal) {
    MemorySegment block = block(vectors.number(ordinal));
    if (block != null) {
      long offset = offset(vectors.slot(ordinal));
      block.asSlice(offset, (long) dimensions * Float.BYTES).fill((byte) 0);
    }
  }

  /** Bytes taken from the budget. */
  long bytes() {
    return memory.bytes();
  }

  boolean enter() {
    return uses.enter();
  }

  void leave() {
    uses.leave();
  }

  /** For the test that looks for what was erased. */
  List<MemorySegment> segments() {
    return memory.segments();
  }

  /** Overwrites all of it and gives it back when the last reader has left. Idempotent. */
  @Override
  public void close() {
    uses.close();
  }
}
