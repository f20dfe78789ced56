package io.rekindle.node.index;

import io.rekindle.node.index.scan.Kernel;
import io.rekindle.node.index.scan.Quantizer;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Vectors: heads of 48 bytes, then codes, each side by side; the exact floats lie in a second piece
 * of memory that a scan touches only for candidates.
 *
 * <p>A vector's slot has no generation of its own: its row's covers it.
 */
final class VectorBlock extends Block {
  private static final int SCALE = 0;
  private static final int MARGIN = 8;
  private static final int NORM = 16;
  private static final int CONTENT_VERSION = 24;
  private static final int OWNER = 32;
  private static final int CHUNK = 36;
  private static final int LINK = 40;
  private static final int HEAD_BYTES = 48;

  private final MemorySegment floats;
  private final int codeBytes;
  private final int dimensions;

  VectorBlock(MemorySegment memory, MemorySegment floats, int capacity, int dimensions) {
    super(memory, capacity);
    this.floats = floats;
    this.dimensions = dimensions;
    this.codeBytes = Kernel.padded(dimensions);
  }

  /** Bytes of one vector's head and code. */
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

  int chunk(int slot) {
    return memory.get(ValueLayout.JAVA_INT, head(slot) + CHUNK);
  }

  long contentVersion(int slot) {
    return memory.get(ValueLayout.JAVA_LONG, head(slot) + CONTENT_VERSION);
  }

  double scale(int slot) {
    return memory.get(ValueLayout.JAVA_DOUBLE, head(slot) + SCALE);
  }

  double margin(int slot) {
    return memory.get(ValueLayout.JAVA_DOUBLE, head(slot) + MARGIN);
  }

  double norm(int slot) {
    return memory.get(ValueLayout.JAVA_DOUBLE, head(slot) + NORM);
  }

  /** Where the codes lie. */
  MemorySegment codes() {
    return memory;
  }

  long codeOffset(int slot) {
    return (long) capacity() * HEAD_BYTES + (long) slot * codeBytes;
  }

  MemorySegment floats() {
    return floats;
  }

  long floatOffset(int slot) {
    return (long) slot * dimensions * Float.BYTES;
  }

  /** Fills a slot, but for its owner and link. */
  void write(int slot, int chunk, long contentVersion, Quantizer.Code code, float[] vector) {
    long head = head(slot);
    memory.set(ValueLayout.JAVA_DOUBLE, head + SCALE, code.scale());
    memory.set(ValueLayout.JAVA_DOUBLE, head + MARGIN, code.margin());
    memory.set(ValueLayout.JAVA_DOUBLE, head + NORM, code.norm());
    memory.set(ValueLayout.JAVA_LONG, head + CONTENT_VERSION, contentVersion);
    memory.set(ValueLayout.JAVA_INT, head + CHUNK, chunk);
    MemorySegment.copy(code.codes(), 0, memory, ValueLayout.JAVA_BYTE, codeOffset(slot), codeBytes);
    MemorySegment.copy(vector, 0, floats, ValueLayout.JAVA_FLOAT, floatOffset(slot), dimensions);
  }

  /** Overwrites a slot with zeros. */
  void erase(int slot) {
    setOwner(slot, 0);
    memory.asSlice(head(slot), HEAD_BYTES).fill((byte) 0);
    memory.asSlice(codeOffset(slot), codeBytes).fill((byte) 0);
    floats.asSlice(floatOffset(slot), (long) dimensions * Float.BYTES).fill((byte) 0);
  }
}
