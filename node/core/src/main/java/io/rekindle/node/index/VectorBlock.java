package io.rekindle.node.index;

import io.rekindle.node.index.scan.Kernel;
import io.rekindle.node.index.scan.Quantizer;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/**
 * Vectors: heads of 36 bytes, then int8 codes, each side by side. The exact floats are elsewhere
 * ({@link FloatBlocks}), if at all.
 *
 * <p>A vector has a generation of its own, odd while it is written or erased, so that a scan can
 * refuse it without a look at its row. Whoever believes more of it than that asks the row's
 * generation, which changes with every change of its vectors.
 */
final class VectorBlock extends Block {
  private static final int SCALE = 0;
  private static final int MARGIN = 4;
  private static final int NORM = 8;
  private static final int OWNER = 12;
  private static final int CHUNK = 16;
  private static final int LINK = 20;
  // Of eight bytes at multiples of four.
  private static final int CONTENT_VERSION = 24;
  private static final int GENERATION = 32;
  private static final int HEAD_BYTES = 36;

  private static final int LINE_BYTES = 64;

  private final int codeBytes;

  VectorBlock(MemorySegment memory, int capacity, int dimensions) {
    super(memory, capacity);
    this.codeBytes = Kernel.padded(dimensions);
  }

  /** Bytes of one vector. */
  static long slotBytes(int dimensions) {
    return (long) HEAD_BYTES + Kernel.padded(dimensions);
  }

  @Override
  long linkOffset(int slot) {
    return head(slot) + LINK;
  }

  private static long head(int slot) {
    return (long) slot * HEAD_BYTES;
  }

  /**
   * Whose it is: the ordinal plus one of its row when it counts, minus that while it waits for the
   * row or its content, 0 when the slot is free.
   */
  int owner(int slot) {
    return acquireInt(head(slot) + OWNER);
  }

  void setOwner(int slot, int owner) {
    releaseInt(head(slot) + OWNER, owner);
  }

  /** The generation to check against; odd while a writer is inside. */
  int generation(int slot) {
    return acquireInt(head(slot) + GENERATION);
  }

  /** The generation again, after a load fence that follows what was read. */
  int generationNow(int slot) {
    return memory.get(ValueLayout.JAVA_INT, head(slot) + GENERATION);
  }

  private void beginChange(int slot) {
    memory.set(ValueLayout.JAVA_INT, head(slot) + GENERATION, generationNow(slot) + 1);
    VarHandle.storeStoreFence();
  }

  private void endChange(int slot) {
    releaseInt(head(slot) + GENERATION, generationNow(slot) + 1);
  }

  int chunk(int slot) {
    return memory.get(ValueLayout.JAVA_INT, head(slot) + CHUNK);
  }

  long contentVersion(int slot) {
    return memory.get(ValueLayout.JAVA_LONG_UNALIGNED, head(slot) + CONTENT_VERSION);
  }

  float scale(int slot) {
    return memory.get(ValueLayout.JAVA_FLOAT, head(slot) + SCALE);
  }

  float margin(int slot) {
    return memory.get(ValueLayout.JAVA_FLOAT, head(slot) + MARGIN);
  }

  float norm(int slot) {
    return memory.get(ValueLayout.JAVA_FLOAT, head(slot) + NORM);
  }

  /** Where the codes lie. */
  MemorySegment codes() {
    return memory;
  }

  long codeOffset(int slot) {
    return (long) capacity() * HEAD_BYTES + (long) slot * codeBytes;
  }

  /**
   * Asks the processor for a vector's cache lines, so that those of the next ones come meanwhile.
   *
   * @return something of what was read, or the compiler would leave the reads out
   */
  int touch(int slot) {
    int some = memory.get(ValueLayout.JAVA_INT, head(slot) + OWNER);
    long offset = codeOffset(slot);
    for (int at = 0; at < codeBytes; at += LINE_BYTES) {
      some += memory.get(ValueLayout.JAVA_BYTE, offset + at);
    }
    return some;
  }

  /** Reads what the code stands for, which is finite as the vector was. */
  void read(int slot, float[] into) {
    double scale = scale(slot);
    long offset = codeOffset(slot);
    for (int i = 0; i < into.length; i++) {
      double value = scale * memory.get(ValueLayout.JAVA_BYTE, offset + i);
      into[i] = (float) Math.clamp(value, -Float.MAX_VALUE, Float.MAX_VALUE);
    }
  }

  /** A copy of the code; under the lock. */
  Quantizer.Code code(int slot) {
    byte[] codes = new byte[codeBytes];
    MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, codeOffset(slot), codes, 0, codeBytes);
    return new Quantizer.Code(codes, scale(slot), margin(slot), norm(slot));
  }

  /** Fills a slot, but for its owner and link. */
  void write(int slot, int chunk, long contentVersion, Quantizer.Code code) {
    long head = head(slot);
    beginChange(slot);
    memory.set(ValueLayout.JAVA_FLOAT, head + SCALE, code.scale());
    memory.set(ValueLayout.JAVA_FLOAT, head + MARGIN, code.margin());
    memory.set(ValueLayout.JAVA_FLOAT, head + NORM, code.norm());
    memory.set(ValueLayout.JAVA_LONG_UNALIGNED, head + CONTENT_VERSION, contentVersion);
    memory.set(ValueLayout.JAVA_INT, head + CHUNK, chunk);
    MemorySegment.copy(code.codes(), 0, memory, ValueLayout.JAVA_BYTE, codeOffset(slot), codeBytes);
    endChange(slot);
  }

  /** Overwrites a slot with zeros, but for its generation. */
  void erase(int slot) {
    beginChange(slot);
    setOwner(slot, 0);
    memory.asSlice(head(slot), GENERATION).fill((byte) 0);
    memory.asSlice(codeOffset(slot), codeBytes).fill((byte) 0);
    endChange(slot);
  }
}
