package io.rekindle.node.index;

import io.rekindle.node.access.filter.FilterEvaluator;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Counts rows by the text of a column. One thread.
 *
 * <p>Counts by code and keeps whose count it is, because a code may come back for another value
 * meanwhile. Takes heap for each value that is met.
 */
final class ValueCounts {
  private static final Comparator<ValueCount> MOST_FIRST =
      Comparator.comparingLong(ValueCount::rows)
          .reversed()
          .thenComparing(ValueCount::value, FilterEvaluator::compareText);

  private final TextColumn column;

  /** Of codes that came back for another value, and of all in the end. */
  private final Map<String, Long> byValue = new HashMap<>();

  private Dictionary.@Nullable Entry<?>[] entries = {};
  private long[] counts = {};

  // The row just looked at.
  private int code;
  private Dictionary.@Nullable Entry<String> entry;

  ValueCounts(TextColumn column) {
    this.column = column;
  }

  /** Looks at a row; what is seen may be believed if its generation stays until afterwards. */
  void look(RowBlock block, int slot) {
    code = column.code(block, slot);
    // Half of a change may look like a code that never was.
    boolean isCode = code > Dictionary.NONE && code < column.dictionary().codes();
    entry = isCode ? column.dictionary().entry(code) : null;
  }

  /** Counts the row just looked at, if it has a text. */
  void count() {
    if (entry == null) {
      return;
    }
    if (code >= counts.length) {
      counts = Arrays.copyOf(counts, Math.max(code + 64, 2 * counts.length));
      entries = Arrays.copyOf(entries, counts.length);
    }
    if (entries[code] != entry) {
      settle(code);
      entries[code] = entry;
    }
    counts[code]++;
  }

  private void settle(int number) {
    Dictionary.Entry<?> counted = entries[number];
    if (counted != null) {
      byValue.merge((String) counted.value(), counts[number], Long::sum);
      counts[number] = 0;
    }
  }

  /** The values of most rows; those of as many by their order. Called once. */
  List<ValueCount> most(int limit) {
    for (int number = 0; number < counts.length; number++) {
      settle(number);
    }
    PriorityQueue<ValueCount> most = new PriorityQueue<>(MOST_FIRST.reversed());
    byValue.forEach(
        (value, rows) -> {
          most.add(new ValueCount(value, rows));
          if (most.size() > limit) {
            most.poll();
          }
        });
    return most.stream().sorted(MOST_FIRST).toList();
  }
}
