package io.rekindle.node.index;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/** A run of slots in one piece of memory. Offsets are in bytes; all numbers are aligned. */
abstract class Block {
  private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();

  protected final MemorySegment memory;
  private final int capacity;

  Block(MemorySegment memory, int capacity) {
    this.memory = memory;
    this.capacity = capacity;
  }

  int capacity() {
    return capacity;
  }

  /** Where a slot keeps the ordinal, plus one, of its successor in whatever chain it is in. */
  abstract long linkOffset(int slot);

  /** The next ordinal in the chain, or -1. */
  int next(int slot) {
    return memory.get(ValueLayout.JAVA_INT, linkOffset(slot)) - 1;
  }

  void setNext(int slot, int ordinal) {
    memory.set(ValueLayout.JAVA_INT, linkOffset(slot), ordinal + 1);
  }

  int acquireInt(long offset) {
    return (int) INT.getAcquire(memory, offset);
  }

  void releaseInt(long offset, int value) {
    INT.setRelease(memory, offset, value);
  }
}
