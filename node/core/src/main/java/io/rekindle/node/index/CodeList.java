package io.rekindle.node.index;

import io.rekindle.node.error.RekindleException;
import io.rekindle.node.index.rabitq.CodeLayout;
import io.rekindle.node.index.rabitq.Encoder;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.List;

/**
 * The codes of one list, side by side, and whose they are. It does not grow: a longer one takes its
 * place. Writes belong to who holds the index's lock; readers {@link #enter}.
 */
final class CodeList implements AutoCloseable {
  private static final int LINE_BYTES = 64;
  private static final int SLOTS_MIN = 16;
  private static final int GROWTH = 8;
  private static final int FREE = 0;

  private final NativeMemory memory;
  private final UseCount uses;
  private final CodeLayout layout;
  private final MemorySegment codes;

  // An ordinal plus one, or FREE.
  private final MemorySegment ordinals;
  private final int capacity;

  // Slots that were given up, each with the number of the next one; for the writer alone.
  private int[] free = {};
  private int freeSlots;
  private volatile int size;

  /**
   * @throws RekindleException {@code INDEX_MEMORY_EXHAUSTED}
   */
  CodeList(MemoryBudget budget, CodeLayout layout, int slots) {
    this.capacity =
        (Math.max(slots, SLOTS_MIN) + CodeLayout.LANES - 1) / CodeLayout.LANES * CodeLayout.LANES;
    this.layout = layout;
    this.memory = new NativeMemory(budget);
    this.uses = new UseCount(memory::close);
    try {
      long bytes = layout.bytes(capacity);
      MemorySegment all = memory.allocate(bytes + (long) capacity * Integer.BYTES + LINE_BYTES);
      // A register's load that lies in two cache lines costs twice.
      MemorySegment aligned = all.asSlice(-all.address() & (LINE_BYTES - 1));
      this.codes = aligned.asSlice(0, bytes);
      this.ordinals = aligned.asSlice(bytes, (long) capacity * Integer.BYTES);
    } catch (RekindleException e) {
      memory.close();
      throw e;
    }
  }

  /** An eighth longer: half as long again would leave a fifth of all lists empty. */
  CodeList longer(MemoryBudget budget) {
    CodeList longer = new CodeList(budget, layout, capacity + capacity / GROWTH);
    longer.codes.copyFrom(codes);
    longer.ordinals.copyFrom(ordinals);
    longer.size = size;
    longer.free = free;
    longer.freeSlots = freeSlots;
    return longer;
  }

  boolean isFull() {
    return size == capacity && freeSlots == 0;
  }

  /** Slots in use, with those that were given up. */
  int size() {
    return size;
  }

  long bytes() {
    return memory.bytes();
  }

  boolean enter() {
    return uses.enter();
  }

  void leave() {
    uses.leave();
  }

  MemorySegment codes() {
    return codes;
  }

  /** Whose code this is, or -1. */
  int ordinal(int slot) {
    return ordinals.getAtIndex(ValueLayout.JAVA_INT, slot) - 1;
  }

  /** Takes a code while there is room; returns its slot. */
  int add(int ordinal, Encoder.Code code) {
    int slot = freeSlots > 0 ? free[--freeSlots] : size;
    layout.write(codes, slot, code);
    ordinals.setAtIndex(ValueLayout.JAVA_INT, slot, ordinal + 1);
    VarHandle.releaseFence();
    if (slot == size) {
      size = slot + 1;
    }
    return slot;
  }

  /** Overwrites a code and gives its slot up. */
  void erase(int slot) {
    ordinals.setAtIndex(ValueLayout.JAVA_INT, slot, FREE);
    layout.erase(codes, slot);
    if (freeSlots == free.length) {
      free = java.util.Arrays.copyOf(free, Math.max(8, free.length * 2));
    }
    free[freeSlots++] = slot;
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
