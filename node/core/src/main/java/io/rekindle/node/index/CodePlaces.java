package io.rekindle.node.index;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * In which two lists each vector has its codes, and in which slots, by ordinal: four bytes for each
 * of the two. Of a slot the twenty lowest bits are kept; in a list that is longer, there are a few
 * to look at.
 *
 * <p>Writes belong to who holds the index's lock; a reader without it may see one place of before
 * and one of after a change.
 */
final class CodePlaces {
  /** A place of all ones has no room for the one that is added. */
  static final int LISTS_MAX = (1 << 12) - 1;

  private static final int SLOT_BITS = 20;
  private static final int SLOT_STEP = 1 << SLOT_BITS;
  private static final long BYTES = 2L * Integer.BYTES;
  private static final int NONE = 0;

  private final Blocks<VectorBlock> vectors;
  private final NativeMemory memory;
  private volatile @Nullable MemorySegment[] blocks = {};

  CodePlaces(Blocks<VectorBlock> vectors, NativeMemory memory) {
    this.vectors = vectors;
    this.memory = memory;
  }

  /** Makes room for a vector; throws {@code INDEX_MEMORY_EXHAUSTED}. */
  void reserve(int ordinal) {
    int number = vectors.number(ordinal);
    if (block(number) == null) {
      MemorySegment block = memory.allocate(vectors.block(number).capacity() * BYTES);
      @Nullable MemorySegment[] grown = Arrays.copyOf(blocks, Math.max(blocks.length, number + 1));
      grown[number] = block;
      blocks = grown;
    }
  }

  private @Nullable MemorySegment block(int number) {
    @Nullable MemorySegment[] all = blocks;
    return number < all.length ? all[number] : null;
  }

  /** The list of a vector's first or second code, or -1 when it has none. */
  int list(int ordinal, int which) {
    int place = read(ordinal, which);
    return place == NONE ? -1 : (place - 1) >>> SLOT_BITS;
  }

  /** The lowest slot that a vector's first or second code can have; all are this many apart. */
  int firstSlot(int ordinal, int which) {
    return (read(ordinal, which) - 1) & (SLOT_STEP - 1);
  }

  static int slotStep() {
    return SLOT_STEP;
  }

  private int read(int ordinal, int which) {
    MemorySegment block = block(vectors.number(ordinal));
    return block == null ? NONE : block.get(ValueLayout.JAVA_INT, offset(ordinal, which));
  }

  private long offset(int ordinal, int which) {
    return vectors.slot(ordinal) * BYTES + (long) which * Integer.BYTES;
  }

  /** Writes where a code lies, after {@link #reserve}. */
  void write(int ordinal, int which, int list, int slot) {
    set(ordinal, which, (list << SLOT_BITS | (slot & (SLOT_STEP - 1))) + 1);
  }

  /** Forgets where the codes of a vector lay. */
  void erase(int ordinal) {
    set(ordinal, 0, NONE);
    set(ordinal, 1, NONE);
  }

  private void set(int ordinal, int which, int place) {
    MemorySegment block = block(vectors.number(ordinal));
    if (block != null) {
      block.set(ValueLayout.JAVA_INT, offset(ordinal, which), place);
    }
  }
}
