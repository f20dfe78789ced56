package io.rekindle.node.index;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * The off-heap memory of one index, all of it reserved in the budget first; see {@link Pages} for
 * where it comes from.
 *
 * <p>Guarded by the index's writer lock, but for {@link #bytes}, and {@link #close}, which must run
 * alone.
 */
final class NativeMemory implements AutoCloseable {
  private final MemoryBudget budget;
  private final Arena arena = Arena.ofShared();
  private final List<MemorySegment> segments = new ArrayList<>();
  private volatile long bytes;

  NativeMemory(MemoryBudget budget) {
    this.budget = budget;
  }

  /** Another one of the same budget, with an end of its own. */
  NativeMemory ofItsOwn() {
    return new NativeMemory(budget);
  }

  /**
   * A block of zeros, freed by {@link #close}.
   *
   * @throws RekindleException {@code INDEX_MEMORY_EXHAUSTED} by the budget or by the machine
   */
  MemorySegment allocate(long size) {
    reserve(size);
    try {
      MemorySegment segment = Pages.allocate(size, arena);
      if (segment == null) {
        throw new RekindleException(
            ErrorCode.INDEX_MEMORY_EXHAUSTED, "the machine has no memory left for a slice index");
      }
      segments.add(segment);
      return segment;
    } catch (RekindleException e) {
      release(size);
      throw e;
    }
  }

  /** Takes bytes of the heap into account. */
  void reserve(long size) {
    budget.reserve(size);
    add(size);
  }

  void release(long size) {
    budget.release(size);
    add(-size);
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // Writers hold the index's lock.
  private void add(long size) {
    bytes += size;
  }

  /** What this index has taken from the budget. */
  long bytes() {
    return bytes;
  }

  /** For the test that looks for what was erased. */
  List<MemorySegment> segments() {
    return List.copyOf(segments);
  }

  /** Overwrites all of it and gives it back. */
  @Override
  public void close() {
    segments.forEach(segment -> segment.fill((byte) 0));
    arena.close();
    budget.release(bytes);
    bytes = 0;
  }
}
