package io.rekindle.node.index;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Small numbers for the values of one column. A value stays while some row holds it; when the last
 * one lets go, it leaves memory and its code may be given to another value.
 *
 * <p>{@link #take} and {@link #letGo} belong to the writer. Readers look up and read without a
 * lock, and must mind that codes come back: see {@link CompiledFilter}.
 */
final class Dictionary<T> {
  /** The code of "no value". */
  static final int NONE = 0;

  private static final int CHUNK_SHIFT = 8;
  private static final int CHUNK = 1 << CHUNK_SHIFT;

  /** Of an entry besides its value: map node, entry, boxed code, array element, in bytes. */
  private static final long ENTRY_BYTES = 112;

  private final NativeMemory memory;
  private final ToLongFunction<T> valueBytes;
  private final ConcurrentMap<T, Entry> entries = new ConcurrentHashMap<>();
  private final ArrayDeque<Integer> freeCodes = new ArrayDeque<>();
  private volatile @Nullable Object[][] values = {new Object[CHUNK]};
  private volatile int codes = NONE + 1;

  /** A code, and how many rows hold it. */
  private static final class Entry {
    final int code;
    int rows = 1;

    Entry(int code) {
      this.code = code;
    }
  }

  Dictionary(NativeMemory memory, ToLongFunction<T> valueBytes) {
    this.memory = memory;
    this.valueBytes = valueBytes;
  }

  /** The code of a value for one more row; throws {@code INDEX_MEMORY_EXHAUSTED}. */
  int take(T value) {
    Entry entry = entries.get(value);
    if (entry != null) {
      entry.rows++;
      return entry.code;
    }
    memory.reserve(bytesOf(value));
    Integer free = freeCodes.poll();
    int code = free == null ? newCode() : free;
    values[code >> CHUNK_SHIFT][code & (CHUNK - 1)] = value;
    entries.put(value, new Entry(code));
    return code;
  }

  private int newCode() {
    int code = codes;
    if (code >> CHUNK_SHIFT == values.length) {
      @Nullable Object[][] grown = Arrays.copyOf(values, values.length + 1);
      grown[values.length] = new Object[CHUNK];
      values = grown;
    }
    codes = code + 1;
    return code;
  }

  /** One row less holds the code. */
  void letGo(int code) {
    T value = value(code);
    if (value == null) {
      return;
    }
    Entry entry = entries.get(value);
    if (entry != null && --entry.rows == 0) {
      entries.remove(value);
      values[code >> CHUNK_SHIFT][code & (CHUNK - 1)] = null;
      freeCodes.push(code);
      memory.release(bytesOf(value));
    }
  }

  private long bytesOf(T value) {
    return ENTRY_BYTES + valueBytes.applyAsLong(value);
  }

  /** The code of a value, or {@link #NONE} when no row holds it. */
  int find(Object value) {
    Entry entry = entries.get(value);
    return entry == null ? NONE : entry.code;
  }

  /** The value of a code, or null when it is no longer, or not, in use. */
  @SuppressWarnings("unchecked") // Only values of T are put into the arrays.
  @Nullable T value(int code) {
    return (T) values[code >> CHUNK_SHIFT][code & (CHUNK - 1)];
  }

  /** Codes are below this. */
  int codes() {
    return codes;
  }
}
