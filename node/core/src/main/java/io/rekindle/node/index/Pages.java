package io.rekindle.node.index;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/**
 * Blocks of zeros outside of the heap, from the operating system.
 *
 * <p>Not from {@link Arena#allocate}: that one writes zeros over the whole block, which at first
 * touch takes milliseconds inside the writer's lock, while fresh pages are zero already and come
 * one by one, when a slot is filled.
 *
 * <p>Large blocks ask for pages of 2 MiB, where the kernel is Linux: a search reads from thousands
 * of places all over the index, and with pages of 4 KiB each costs a walk through the page tables
 * besides the read. Such blocks are mapped, each beside the last one, so that a huge page may hold
 * parts of two. A kernel that has no huge page to give leaves it at small ones. Thread-safe.
 */
final class Pages {
  private static final MethodHandle CALLOC =
      function(
          "calloc",
          FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
  private static final MethodHandle FREE =
      function("free", FunctionDescriptor.ofVoid(ValueLayout.ADDRESS));
  private static final MethodHandle MMAP =
      function(
          "mmap",
          FunctionDescriptor.of(
              ValueLayout.ADDRESS,
              ValueLayout.ADDRESS,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_LONG));
  private static final MethodHandle MUNMAP =
      function(
          "munmap",
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG));
  private static final MethodHandle MADVISE =
      function(
          "madvise",
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.ADDRESS,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_INT));

  private static final boolean IS_LINUX = "Linux".equals(System.getProperty("os.name"));

  // Of Linux, for x86 and ARM; see mmap(2) and madvise(2).
  private static final int PROT_READ_WRITE = 0x1 | 0x2;
  private static final int MAP_PRIVATE_ANONYMOUS = 0x2 | 0x20;
  private static final int MADV_HUGEPAGE = 14;
  private static final long MAP_FAILED = -1;

  /** What is smaller shares its pages with others. */
  private static final long LARGE = 1 << 20;

  private Pages() {}

  /**
   * A block of zeros that the arena frees, or null when the machine has no memory for it. The arena
   * is not {@link Arena#global}: it has to be closed.
   */
  static @Nullable MemorySegment allocate(long size, Arena arena) {
    return IS_LINUX && size >= LARGE ? map(size, arena) : calloc(size, arena);
  }

  // Restricted, here and below: the address and the size are the ones that were asked for.
  @SuppressWarnings("restricted")
  private static @Nullable MemorySegment map(long size, Arena arena) {
    try {
      MemorySegment address =
          (MemorySegment)
              MMAP.invokeExact(
                  MemorySegment.NULL, size, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0L);
      if (address.address() == MAP_FAILED) {
        return null;
      }
      int _ = (int) MADVISE.invokeExact(address, size, MADV_HUGEPAGE);
      return address.reinterpret(size, arena, block -> unmap(block, size));
    } catch (Throwable e) {
      throw new LinkageError("mmap could not be called", e);
    }
  }

  private static void unmap(MemorySegment block, long size) {
    try {
      int _ = (int) MUNMAP.invokeExact(block, size);
    } catch (Throwable e) {
      throw new LinkageError("munmap could not be called", e);
    }
  }

  @SuppressWarnings("restricted")
  private static @Nullable MemorySegment calloc(long size, Arena arena) {
    try {
      MemorySegment address = (MemorySegment) CALLOC.invokeExact(1L, size);
      return address.equals(MemorySegment.NULL)
          ? null
          : address.reinterpret(size, arena, Pages::free);
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
}
