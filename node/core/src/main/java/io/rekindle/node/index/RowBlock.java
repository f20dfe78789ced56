package io.rekindle.node.index;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/**
 * Rows by column: all of a column's values of the block lie side by side, the longs first, then the
 * ints, then the bytes; but for the few that lead from a row to its vectors.
 *
 * <p>A row's generation is odd while the row or one of its vectors changes. A reader takes it,
 * reads what it likes, and believes it only if {@link #unchanged} says so afterwards (a sequence
 * lock, one for each row).
 */
final class RowBlock extends Block {
  /** What a slot holds. */
  static final byte FREE = 0;

  /** An id whose vectors came first. */
  static final byte AWAITED = 1;

  static final byte PRESENT = 2;

  /**
   * An id whose vectors a snapshot had, with the {@link RowStamp} of the row that they belong to.
   */
  static final byte KEPT = 3;

  // Columns of longs.
  static final int ID_HIGH = 0;
  static final int ID_LOW = 1;
  static final int VERSION = 2;
  static final int CONTENT_VERSION = 3;
  static final int CREATED_AT = 4;
  static final int UPDATED_AT = 5;
  static final int EXPIRES_AT = 6;

  /** Number of the change that wrote the row; see {@link CompiledFilter}. */
  static final int CHANGE = 7;

  /** The first declared path: a code, the bits of a double, or 0 and 1. */
  static final int DECLARED = 8;

  // Columns of ints. A search reads the first few of a row together, so they lie side by side.
  private static final int TOGETHER = 4;
  private static final int GENERATION = 0;
  private static final int LINK = 1;

  /** The ordinal plus one of the first vector; the others follow by their links. */
  static final int FIRST_VECTOR = 2;

  static final int VECTORS = 3;
  static final int IMPORTANCE = 4;
  static final int FIRST_CODE = 5;
  static final int INTS = FIRST_CODE + Dictionaries.COLUMNS;

  // Columns of bytes.
  static final int STATE = 0;
  static final int SENSITIVITY = 1;
  static final int STATUS = 2;

  /** The first declared path's kind: see {@link Dictionaries}. */
  static final int DECLARED_KIND = 3;

  private final int declared;
  private final long intsOffset;
  private final long bytesOffset;

  RowBlock(MemorySegment memory, int capacity, int declared) {
    super(memory, capacity);
    this.declared = declared;
    this.intsOffset = (long) capacity * (DECLARED + declared) * Long.BYTES;
    this.bytesOffset = intsOffset + (long) capacity * INTS * Integer.BYTES;
  }

  /** Bytes of one row. */
  static long slotBytes(int declared) {
    return (long) (DECLARED + declared) * Long.BYTES
        + INTS * Integer.BYTES
        + DECLARED_KIND
        + declared;
  }

  @Override
  long linkOffset(int slot) {
    return intOffset(LINK, slot);
  }

  long getLong(int column, int slot) {
    return memory.get(ValueLayout.JAVA_LONG, longOffset(column, slot));
  }

  void setLong(int column, int slot, long value) {
    memory.set(ValueLayout.JAVA_LONG, longOffset(column, slot), value);
  }

  int getInt(int column, int slot) {
    return memory.get(ValueLayout.JAVA_INT, intOffset(column, slot));
  }

  void setInt(int column, int slot, int value) {
    memory.set(ValueLayout.JAVA_INT, intOffset(column, slot), value);
  }

  byte getByte(int column, int slot) {
    return memory.get(ValueLayout.JAVA_BYTE, byteOffset(column, slot));
  }

  void setByte(int column, int slot, byte value) {
    memory.set(ValueLayout.JAVA_BYTE, byteOffset(column, slot), value);
  }

  private long longOffset(int column, int slot) {
    return ((long) column * capacity() + slot) * Long.BYTES;
  }

  private long intOffset(int column, int slot) {
    return column < TOGETHER
        ? intsOffset + ((long) slot * TOGETHER + column) * Integer.BYTES
        : intsOffset + ((long) column * capacity() + slot) * Integer.BYTES;
  }

  private long byteOffset(int column, int slot) {
    return bytesOffset + (long) column * capacity() + slot;
  }

  /** The generation to check against; odd while a writer is inside. */
  int generation(int slot) {
    return acquireInt(intOffset(GENERATION, slot));
  }

  /** Whether all that was read since {@link #generation} belongs together. */
  boolean unchanged(int slot, int generation) {
    VarHandle.loadLoadFence();
    return getInt(GENERATION, slot) == generation;
  }

  /** Turns readers away from a row until {@link #endChange}. */
  void beginChange(int slot) {
    setInt(GENERATION, slot, getInt(GENERATION, slot) + 1);
    VarHandle.storeStoreFence();
  }

  void endChange(int slot) {
    releaseInt(intOffset(GENERATION, slot), getInt(GENERATION, slot) + 1);
  }

  /** Overwrites a row with zeros, but for its generation. */
  void erase(int slot) {
    for (int column = 0; column < DECLARED + declared; column++) {
      setLong(column, slot, 0);
    }
    for (int column = LINK; column < INTS; column++) {
      setInt(column, slot, 0);
    }
    for (int column = 0; column < DECLARED_KIND + declared; column++) {
      setByte(column, slot, (byte) 0);
    }
  }
}
