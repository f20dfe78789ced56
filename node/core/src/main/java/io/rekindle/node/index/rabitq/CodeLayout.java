package io.rekindle.node.index.rabitq;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Codes in memory: blocks of eight. A block has the first 64 bits of each of the eight, the next 64
 * of each and so on, then their eight a, then their eight b. So one load of a register is the same
 * word of several codes, and no kernel has to add up across its lanes.
 *
 * <p>Immutable. Blocks are written by one thread at a time; who reads meanwhile may see half of a
 * code, and believes an estimate accordingly.
 */
public final class CodeLayout {
  /** Codes of a block. */
  public static final int LANES = 8;

  /** The b of a slot without a code: no estimate comes near. */
  static final float INVISIBLE = -1e30f;

  private static final int ROW_BYTES = LANES * Long.BYTES;

  private final int words;

  /**
   * @param dimensions of the vectors
   */
  public CodeLayout(int dimensions) {
    this.words = Rotation.padded(dimensions) / Long.SIZE;
  }

  /** Bytes of eight codes. */
  public long blockBytes() {
    return (long) words * ROW_BYTES + 2 * LANES * Float.BYTES;
  }

  /** Bytes of {@code slots} codes. */
  public long bytes(int slots) {
    return (slots + LANES - 1L) / LANES * blockBytes();
  }

  /** Where the block of a slot begins, in bytes. */
  public long blockOffset(int slot) {
    return slot / LANES * blockBytes();
  }

  private long lane(int slot) {
    return blockOffset(slot) + slot % LANES * (long) Long.BYTES;
  }

  /** Where the a of the block that begins at {@code offset} are. */
  static long factorsOffset(long offset, int words) {
    return offset + (long) words * ROW_BYTES;
  }

  private long factor(int slot) {
    return factorsOffset(blockOffset(slot), words) + slot % LANES * (long) Float.BYTES;
  }

  /** Fills a slot. */
  public void write(MemorySegment codes, int slot, Encoder.Code code) {
    write(codes, slot, code.bits(), code.a(), code.b());
  }

  private void write(MemorySegment codes, int slot, long[] bits, float a, float b) {
    long at = lane(slot);
    for (int word = 0; word < words; word++) {
      codes.set(ValueLayout.JAVA_LONG, at + (long) word * ROW_BYTES, bits[word]);
    }
    codes.set(ValueLayout.JAVA_FLOAT, factor(slot), a);
    codes.set(ValueLayout.JAVA_FLOAT, factor(slot) + LANES * Float.BYTES, b);
  }

  /** Overwrites a slot, so that nothing is left of its code and no search finds it. */
  public void erase(MemorySegment codes, int slot) {
    write(codes, slot, new long[words], 0, INVISIBLE);
  }
}
