package io.rekindle.node.access.filter;

import io.rekindle.node.access.filter.Filter.And;
import io.rekindle.node.access.filter.Filter.Column;
import io.rekindle.node.access.filter.Filter.Compare;
import io.rekindle.node.access.filter.Filter.Field;
import io.rekindle.node.access.filter.Filter.Has;
import io.rekindle.node.access.filter.Filter.Literal;
import io.rekindle.node.access.filter.Filter.Member;
import io.rekindle.node.access.filter.Filter.Not;
import io.rekindle.node.access.filter.Filter.Operator;
import io.rekindle.node.access.filter.Filter.Or;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tests rows in Java. Stateless. */
public final class FilterEvaluator {
  private FilterEvaluator() {}

  /** Whether a row passes. */
  public static boolean test(Filter filter, FilterRow row) {
    return switch (filter) {
      case And(List<Filter> parts) -> {
        for (Filter part : parts) {
          if (!test(part, row)) {
            yield false;
          }
        }
        yield true;
      }
      case Or(List<Filter> parts) -> {
        for (Filter part : parts) {
          if (test(part, row)) {
            yield true;
          }
        }
        yield false;
      }
      case Not(Filter part) -> !test(part, row);
      case Compare(Field field, Operator operator, Literal literal) -> {
        Literal value = value(field, row);
        yield value != null && matches(value, operator, literal);
      }
      case Has(Field field, Member member) -> has(field, member, row);
    };
  }

  /**
   * Whether a row's value stands in a relation to a literal; false, whatever the operator, when
   * they are of different types.
   */
  public static boolean matches(Literal value, Operator operator, Literal literal) {
    return switch (value) {
      case Literal.Text(String left) ->
          literal instanceof Literal.Text(String right)
              && holds(operator, compareText(left, right));
      case Literal.Numeric(double left) ->
          // == first: 0 and -0 are one number.
          literal instanceof Literal.Numeric(double right)
              && holds(operator, left == right ? 0 : Double.compare(left, right));
      case Literal.Truth(boolean left) ->
          literal instanceof Literal.Truth(boolean right)
              && holds(operator, Boolean.compare(left, right));
      case Literal.Time(long left) ->
          literal instanceof Literal.Time(long right) && holds(operator, Long.compare(left, right));
      case Literal.Level(int left) ->
          literal instanceof Literal.Level(int right)
              && holds(operator, Integer.compare(left, right));
    };
  }

  /** Orders texts by code point, which is the order of their UTF-8 bytes, unlike String's own. */
  public static int compareText(String left, String right) {
    int shared = Math.min(left.length(), right.length());
    for (int i = 0; i < shared; i++) {
      char a = left.charAt(i);
      char b = right.charAt(i);
      if (a != b) {
        // A surrogate is part of a code point beyond all others.
        boolean high = Character.isSurrogate(a);
        return high == Character.isSurrogate(b) ? Character.compare(a, b) : high ? 1 : -1;
      }
    }
    return Integer.compare(left.length(), right.length());
  }

  private static boolean holds(Operator operator, int order) {
    return switch (operator) {
      case EQUAL -> order == 0;
      case NOT_EQUAL -> order != 0;
      case LESS -> order < 0;
      case LESS_OR_EQUAL -> order <= 0;
      case GREATER -> order > 0;
      case GREATER_OR_EQUAL -> order >= 0;
    };
  }

  private static boolean has(Field field, Member member, FilterRow row) {
    if (!(field instanceof Field.OfColumn(Column column)) || !column.holdsLabels()) {
      return value(field, row) != null;
    }
    List<String> labels = row.labels(column);
    return switch (member) {
      case Member.Any _ -> !labels.isEmpty();
      case Member.Labels(List<String> wanted) ->
          column == Column.TAGS
              ? labels.contains(wanted.getFirst())
              : labels.size() >= wanted.size() && labels.subList(0, wanted.size()).equals(wanted);
    };
  }

  private static @Nullable Literal value(Field field, FilterRow row) {
    return switch (field) {
      case Field.OfColumn(Column column) -> row.column(column);
      case Field.OfMetadata(String path) -> row.metadata(path);
    };
  }
}
