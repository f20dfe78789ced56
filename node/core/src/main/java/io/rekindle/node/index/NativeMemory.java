package io.rekindle.node.index;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;

/**
 * The off-heap memory of one index, all of it reserved in the budget first.
 *
 * <p>Taken from the C library's {@code calloc}, not from {@link Arena#allocate}: that one writes
 * zeros over the whole block, which at first touch takes milliseconds inside the writer's lock,
 * while fresh pages of {@code calloc} are zero already and come one by one, when a slot is filled.
 *
 * <p>Guarded by the index's writer lock, but for {@link #bytes}, and {@link #close}, which must run
 * alone.
 */
final class NativeMemory implements AutoCloseable {
  private static final MethodHandle CALLOC =
      function(
          "calloc",
          FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
  private static final MethodHandle FREE =
      function("free", FunctionDescriptor.ofVoid(ValueLayout.ADDRESS));

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
      MemorySegment segment = calloc(size);
      segments.add(segment);
      return segment;
    } catch (RekindleException e) {
      release(size);
      throw e;
    }
  }

  // Restricted: the address and the size are the ones that calloc was asked for.
  @SuppressWarnings("restricted")
  private MemorySegment calloc(long size) {
    MemorySegment address = call(size);
    if (address.equals(MemorySegment.NULL)) {
      throw new RekindleException(
          ErrorCode.INDEX_MEMORY_EXHAUSTED, "the machine has no memory left for a slice index");
    }
    return address.reinterpret(size, arena, NativeMemory::free);
  }

  private static MemorySegment call(long size) {
    try {
      return (MemorySegment) CALLOC.invokeExact(1L, size);
    } catch (Throwable e) {
      throw new LinkageError("calloc could not be called", e);
    }
  }

  private static void free(MemorySegment segment) {
    try {
      FREE.invokeExact(segment);
    } catch (Throwable e) {
      throw new LinkageError("free could not be called", e);
    }
  }

  // Restricted: these are the C library's own signatures.
  @SuppressWarnings("restricted")
  private static MethodHandle function(String name, FunctionDescriptor descriptor) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), descriptor);
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
