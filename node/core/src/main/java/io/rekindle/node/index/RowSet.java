package io.rekindle.node.index;

import java.util.Arrays;
import java.util.BitSet;

/**
 * The ordinals of the rows that hold one value: a hash table while they are few, a bitmap where
 * that is smaller.
 *
 * <p>{@link #add} and {@link #remove} belong to the writer. Readers take no lock: an ordinal never
 * moves within a table, and a table that was replaced keeps what it had. So a reader sees every row
 * that was in the set when it began and stays until it has ended; of the others it may see some,
 * see {@link ChangeLog}.
 */
final class RowSet {
  private static final int[] NOTHING = {};

  // Places of a table; one that is taken has the ordinal plus one.
  private static final int EMPTY = 0;
  private static final int REMOVED = -1;

  /** Up to this size a table may be full, beyond it to three quarters. */
  private static final int FULL_MAX = 4;

  private static final long ARRAY_BYTES = 16;

  /**
   * A table ({@code int[]}) or a bitmap ({@code long[]}): one field, so that it changes at once.
   */
  private volatile Object form = NOTHING;

  private int size;

  /** Places of the table that are not empty, with those of removed ordinals. */
  private int used;

  /** Adds an ordinal that is not there; throws {@code INDEX_MEMORY_EXHAUSTED} and adds nothing. */
  void add(int ordinal, NativeMemory memory) {
    if (!hasRoom(ordinal)) {
      rebuild(size + 1, ordinal, memory);
    }
    size++;
    if (form instanceof int[] table) {
      used += insert(table, ordinal) ? 1 : 0;
    } else {
      bits()[ordinal >> 6] |= 1L << ordinal;
    }
  }

  private boolean hasRoom(int ordinal) {
    return form instanceof int[] table ? used < limit(table.length) : ordinal >> 6 < bits().length;
  }

  /** Takes out an ordinal that is there; never throws. */
  void remove(int ordinal, NativeMemory memory) {
    size--;
    if (form instanceof int[] table) {
      table[find(table, ordinal)] = REMOVED;
    } else {
      bits()[ordinal >> 6] &= ~(1L << ordinal);
    }
    if (size == 0) {
      memory.release(bytes());
      used = 0;
      form = NOTHING;
    } else if (4 * tableBytes(capacity(size)) < bytes()) {
      // What is made is smaller, so that nothing can be refused.
      rebuild(size, 0, memory);
    }
  }

  /** How many steps {@link #addTo} takes. */
  int steps() {
    Object read = form;
    return read instanceof int[] table ? table.length : ((long[]) read).length;
  }

  /** Adds the ordinals below {@code end} to a set. */
  void addTo(BitSet rows, int end) {
    Object read = form;
    if (read instanceof int[] table) {
      for (int place : table) {
        if (place > EMPTY && place <= end) {
          rows.set(place - 1);
        }
      }
    } else {
      long[] bits = (long[]) read;
      // A copy: a BitSet does not bear that its last word becomes zero while it is made.
      BitSet copy = BitSet.valueOf(Arrays.copyOf(bits, Math.min(bits.length, (end >> 6) + 1)));
      copy.clear(end, Math.max(end, copy.length()));
      rows.or(copy);
    }
  }

  /** Bytes of the heap besides the object itself; none without rows. */
  long bytes() {
    return form instanceof int[] table ? tableBytes(table.length) : bitmapBytes(bits().length);
  }

  /** For the writer; a reader reads the form once. */
  private long[] bits() {
    return (long[]) form;
  }

  /** Switches to the smaller form for {@code count} ordinals, {@code extra} possibly among them. */
  private void rebuild(int count, int extra, NativeMemory memory) {
    int places = capacity(count + count / 4);
    int words = words(Math.max(extra, last()));
    boolean asTable = tableBytes(places) <= bitmapBytes(words);
    long more = (asTable ? tableBytes(places) : bitmapBytes(words)) - bytes();
    if (more > 0) {
      memory.reserve(more);
    } else {
      memory.release(-more);
    }
    // The size still is that of what is there.
    used = size;
    form = asTable ? tableOf(places) : bitmapOf(words);
  }

  /** No ordinal is above this one. */
  private int last() {
    return form instanceof int[] table
        ? Arrays.stream(table).max().orElse(1) - 1
        : (bits().length << 6) - 1;
  }

  private int[] tableOf(int places) {
    int[] table = new int[places];
    if (form instanceof int[] before) {
      for (int place : before) {
        if (place > EMPTY) {
          insert(table, place - 1);
        }
      }
    } else {
      BitSet.valueOf(bits()).stream().forEach(ordinal -> insert(table, ordinal));
    }
    return table;
  }

  private long[] bitmapOf(int words) {
    if (form instanceof int[] table) {
      long[] bits = new long[words];
      for (int place : table) {
        if (place > EMPTY) {
          bits[(place - 1) >> 6] |= 1L << (place - 1);
        }
      }
      return bits;
    }
    return Arrays.copyOf(bits(), words);
  }

  /** Puts an ordinal into a table that has room; whether its place was empty before. */
  private static boolean insert(int[] table, int ordinal) {
    int at = first(table, ordinal);
    while (table[at] > EMPTY) {
      at = next(table, at);
    }
    boolean empty = table[at] == EMPTY;
    table[at] = ordinal + 1;
    return empty;
  }

  private static int find(int[] table, int ordinal) {
    int at = first(table, ordinal);
    for (int i = 0; table[at] != ordinal + 1; i++) {
      assert i < table.length;
      at = next(table, at);
    }
    return at;
  }

  /** Where the search for an ordinal begins: multiplicative hashing (Knuth, vol. 3, 6.4). */
  private static int first(int[] table, int ordinal) {
    int hash = ordinal * 0x9e3779b9;
    return (hash ^ hash >>> 16) & (table.length - 1);
  }

  private static int next(int[] table, int at) {
    return (at + 1) & (table.length - 1);
  }

  /** Places that may be taken. */
  private static int limit(int places) {
    return places <= FULL_MAX ? places : places - places / 4;
  }

  /** The smallest table for so many; its size is a power of two. */
  private static int capacity(int count) {
    int places = 1;
    while (limit(places) < count) {
      places *= 2;
    }
    return places;
  }

  /** Words of a bitmap up to an ordinal, and up to an eighth more: growth takes a while. */
  private static int words(int ordinal) {
    int needed = (ordinal >> 6) + 1;
    int step = Math.max(1, Integer.highestOneBit(needed) / 8);
    return (needed + step - 1) / step * step;
  }

  private static long tableBytes(int places) {
    return places == 0 ? 0 : ARRAY_BYTES + (long) (places + 1) / 2 * Long.BYTES;
  }

  private static long bitmapBytes(int words) {
    return ARRAY_BYTES + (long) words * Long.BYTES;
  }
}
