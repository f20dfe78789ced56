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

  /** Most slices have few values in each of their columns, and a node has many slices. */
  private static final BlockShape SHAPE = new BlockShape(8);

  /**
   * Of an entry besides its value: map node, entry, its set, boxed code, array element, in bytes.
   */
  private static final long ENTRY_BYTES = 144;

  private final NativeMemory memory;
  private final ToLongFunction<T> valueBytes;
  private final ConcurrentMap<T, Entry<T>> entries = new ConcurrentHashMap<>();
  private final ArrayDeque<Integer> freeCodes = new ArrayDeque<>();
  private volatile @Nullable Entry<?>[][] byCode = {new Entry<?>[SHAPE.capacity(0)]};
  private volatile int codes = NONE + 1;

  /** A value while some row holds it. */
  static final class Entry<T> {
    private final T value;
    private final int code;
    private final RowSet rows = new RowSet();
    private int holders = 1;

    private Entry(T value, int code) {
      this.value = value;
      this.code = code;
    }

    T value() {
      return value;
    }

    /** The rows that hold it, but for changes of this moment. */
    RowSet rows() {
      return rows;
    }
  }

  Dictionary(NativeMemory memory, ToLongFunction<T> valueBytes) {
    this.memory = memory;
    this.valueBytes = valueBytes;
  }

  /** The code of a value for one more row; throws {@code INDEX_MEMORY_EXHAUSTED}. */
  int take(T value) {
    Entry<T> entry = entries.get(value);
    if (entry != null) {
      entry.holders++;
      return entry.code;
    }
    memory.reserve(bytesOf(value));
    Integer free = freeCodes.poll();
    int code = free == null ? newCode() : free;
    Entry<T> added = new Entry<>(value, code);
    byCode[SHAPE.block(code)][SHAPE.slot(code)] = added;
    entries.put(value, added);
    return code;
  }

  private int newCode() {
    int code = codes;
    int block = SHAPE.block(code);
    if (block == byCode.length) {
      @Nullable Entry<?>[][] grown = Arrays.copyOf(byCode, block + 1);
      grown[block] = new Entry<?>[SHAPE.capacity(block)];
      byCode = grown;
    }
    codes = code + 1;
    return code;
  }

  /** One row less holds the code. */
  void letGo(int code) {
    Entry<T> entry = entry(code);
    if (entry != null && --entry.holders == 0) {
      entries.remove(entry.value);
      byCode[SHAPE.block(code)][SHAPE.slot(code)] = null;
      freeCodes.push(code);
      memory.release(bytesOf(entry.value));
    }
  }

  /**
   * Enters a row into the set of a code that was taken for it; throws {@code
   * INDEX_MEMORY_EXHAUSTED} and changes nothing then.
   */
  void enter(int code, int row) {
    Entry<T> entry = entry(code);
    if (entry != null) {
      entry.rows.add(row, memory);
    }
  }

  /** Takes a row out of the set of a code, before the code is let go. */
  void leave(int code, int row) {
    Entry<T> entry = entry(code);
    if (entry != null) {
      entry.rows.remove(row, memory);
    }
  }

  private long bytesOf(T value) {
    return ENTRY_BYTES + valueBytes.applyAsLong(value);
  }

  /** The code of a value, or {@link #NONE} when no row holds it. */
  int find(Object value) {
    Entry<T> entry = entries.get(value);
    return entry == null ? NONE : entry.code;
  }

  /** The entry of a value, or null when no row holds it. */
  @Nullable Entry<T> findEntry(Object value) {
    return entries.get(value);
  }

  /** The value of a code, or null when it is no longer, or not, in use. */
  @Nullable T value(int code) {
    Entry<T> entry = entry(code);
    return entry == null ? null : entry.value;
  }

  /** The entry of a code, or null when it is no longer, or not, in use. */
  @SuppressWarnings("unchecked") // Only entries of T are put into the arrays.
  @Nullable Entry<T> entry(int code) {
    return (Entry<T>) byCode[SHAPE.block(code)][SHAPE.slot(code)];
  }

  /** Codes are below this. */
  int codes() {
    return codes;
  }
}
