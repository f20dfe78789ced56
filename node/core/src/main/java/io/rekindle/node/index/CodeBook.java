package io.rekindle.node.index;

import io.rekindle.node.error.RekindleException;
import io.rekindle.node.index.rabitq.Center;
import io.rekindle.node.index.rabitq.CodeLayout;
import io.rekindle.node.index.rabitq.Encoder;
import io.rekindle.node.index.rabitq.Rotation;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The one-bit codes of all vectors against one center, each at its vector's block and slot.
 *
 * <p>Writes belong to who holds the index's lock. A reader {@link #enter enters} first and takes no
 * lock: half of a code that it sees costs a candidate, no more. {@link #close} frees the memory
 * when the last one has left.
 */
final class CodeBook implements AutoCloseable {
  /** All nodes alike, so that they leave out the same memories. */
  private static final long SEED = 0x52_6b_69_6e_64_6c_65L;

  private static final int LINE_BYTES = 64;

  private final NativeMemory memory;
  private final UseCount uses;
  private final Encoder encoder;
  private final CodeLayout layout;
  private final int basis;
  private volatile @Nullable MemorySegment[] blocks = {};

  /**
   * @param basis how many vectors there were when the center was computed
   */
  CodeBook(MemoryBudget budget, Center center, int basis) {
    int dimensions = center.mean().length;
    this.memory = new NativeMemory(budget);
    this.uses = new UseCount(memory::close);
    this.encoder = new Encoder(new Rotation(dimensions, SEED), center);
    this.layout = new CodeLayout(dimensions);
    this.basis = basis;
  }

  int basis() {
    return basis;
  }

  Encoder encoder() {
    return encoder;
  }

  CodeLayout layout() {
    return layout;
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

  /** The codes of a block of vectors, or null when none was written yet. */
  @Nullable MemorySegment block(int number) {
    @Nullable MemorySegment[] all = blocks;
    return number < all.length ? all[number] : null;
  }

  /**
   * Writes the code of a slot.
   *
   * @param capacity slots of the block
   * @throws RekindleException {@code INDEX_MEMORY_EXHAUSTED}
   */
  void write(int number, int slot, int capacity, Encoder.Code code) {
    MemorySegment codes = block(number);
    layout.write(codes == null ? grow(number, capacity) : codes, slot, code);
  }

  private MemorySegment grow(int number, int capacity) {
    long size = layout.bytes(capacity);
    // A register's load that lies in two cache lines costs twice.
    MemorySegment room = memory.allocate(size + LINE_BYTES);
    MemorySegment codes = room.asSlice(-room.address() & (LINE_BYTES - 1), size);
    @Nullable MemorySegment[] grown = Arrays.copyOf(blocks, Math.max(blocks.length, number + 1));
    grown[number] = codes;
    blocks = grown;
    return codes;
  }

  /** Overwrites the code of a slot, if it has one. */
  void erase(int number, int slot) {
    MemorySegment codes = block(number);
    if (codes != null) {
      layout.erase(codes, slot);
    }
  }

  /** For the test that looks for what was erased. */
  List<MemorySegment> segments() {
    return memory.segments();
  }

  @Override
  public void close() {
    uses.close();
  }
}
