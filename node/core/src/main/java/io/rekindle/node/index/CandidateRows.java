package io.rekindle.node.index;

import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.access.filter.Filter.Field;
import io.rekindle.node.access.filter.Filter.Literal;
import io.rekindle.node.access.filter.Filter.Member;
import io.rekindle.node.access.filter.Filter.Operator;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Finds rows that may pass a filter, by the sets of rows that dictionaries keep for each value.
 *
 * <p>Some that are found may not pass: who looks at them tests the filter. A row that is there
 * before the call begins, and passes until its end, is among them, also when it changes meanwhile.
 *
 * <p>Conditions that no set answers (times, numbers, negations) let all rows through: they narrow
 * nothing. One thread; takes no lock, and a step for each 64 rows and each condition, and at most
 * one for each {@value #ROWS_A_STEP} rows in addition.
 */
final class CandidateRows {
  private static final int ROWS_A_STEP = 8;
  private static final int STEPS_MIN = 1_024;

  /** Then writers are too many, and a look at every row is the answer. */
  private static final int ATTEMPTS = 3;

  private final Dictionaries dictionaries;
  private final int enough;
  private final int size;

  private CandidateRows(SliceTables tables, int enough) {
    this.dictionaries = tables.dictionaries();
    this.enough = enough;
    this.size = tables.rows().size();
  }

  /**
   * The ordinals, or null when nothing narrows them.
   *
   * @param enough so few need not be narrowed further
   */
  static @Nullable BitSet find(SliceTables tables, Filter filter, int enough) {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      long since = tables.changes();
      CandidateRows search = new CandidateRows(tables, enough);
      BitSet found = search.rows(filter);
      if (found == null || tables.changeLog().addSince(since, found, search.size)) {
        return found;
      }
    }
    return null;
  }

  private @Nullable BitSet rows(Filter filter) {
    return switch (filter) {
      case Filter.And(List<Filter> parts) -> all(parts);
      case Filter.Or(List<Filter> parts) -> any(parts);
      case Filter.Not _ -> null;
      case Filter.Compare compare -> compare(compare);
      case Filter.Has(Field.OfColumn(Filter.Column column), Member member) -> {
        int number = Dictionaries.columnOf(column);
        yield number < Dictionaries.TAGS
            ? null
            : union(dictionaries.lists(number), FilterCompiler.labels(column, member));
      }
      case Filter.Has _ -> null;
    };
  }

  private @Nullable BitSet all(List<Filter> parts) {
    BitSet rows = null;
    // Equalities cost next to nothing, and may spare the rest.
    List<Filter> cheapFirst =
        parts.stream().sorted(Comparator.comparing(part -> !isEquality(part))).toList();
    for (Filter part : cheapFirst) {
      if (rows != null && rows.cardinality() <= enough) {
        return rows;
      }
      BitSet more = rows(part);
      if (rows == null || more == null) {
        rows = rows == null ? more : rows;
      } else {
        rows.and(more);
      }
    }
    return rows;
  }

  private static boolean isEquality(Filter filter) {
    return filter instanceof Filter.Compare compare && compare.operator() == Operator.EQUAL;
  }

  private @Nullable BitSet any(List<Filter> parts) {
    BitSet rows = new BitSet(size);
    for (Filter part : parts) {
      BitSet more = rows(part);
      if (more == null) {
        return null;
      }
      rows.or(more);
    }
    return rows;
  }

  private @Nullable BitSet compare(Filter.Compare compare) {
    TextColumn column = TextColumn.of(dictionaries, compare.field());
    if (column == null || !(compare.literal() instanceof Literal.Text(String text))) {
      return null;
    }
    if (compare.operator() != Operator.EQUAL) {
      return union(
          column.dictionary(), value -> FilterCompiler.matches(compare, new Literal.Text(value)));
    }
    BitSet rows = new BitSet(size);
    Dictionary.Entry<String> entry = column.dictionary().findEntry(text);
    if (entry != null) {
      entry.rows().addTo(rows, size);
    }
    return rows;
  }

  /** The rows of all values that fulfil a condition, unless that takes too many steps. */
  private <T> @Nullable BitSet union(Dictionary<T> dictionary, Predicate<T> condition) {
    int steps = Math.max(STEPS_MIN, size / ROWS_A_STEP) - dictionary.codes();
    BitSet rows = new BitSet(size);
    for (int code = Dictionary.NONE + 1; code < dictionary.codes() && steps >= 0; code++) {
      Dictionary.Entry<T> entry = dictionary.entry(code);
      if (entry != null && condition.test(entry.value())) {
        steps -= entry.rows().steps();
        entry.rows().addTo(rows, size);
      }
    }
    return steps < 0 ? null : rows;
  }
}
