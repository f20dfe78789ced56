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
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Writes a filter in one canonical way: the parser reads it back as the simplified filter.
 *
 * <p>The text can be longer than the one that was parsed, because every text is quoted.
 */
final class FilterPrinter {
  private FilterPrinter() {}

  static String print(Filter filter) {
    return whole(Filters.simplify(filter));
  }

  private static String whole(Filter simple) {
    return switch (simple) {
      case And(List<Filter> parts) when parts.isEmpty() -> "true";
      case Or(List<Filter> parts) when parts.isEmpty() -> "false";
      case And(List<Filter> parts) -> join(parts, " AND ");
      case Or(List<Filter> parts) -> join(parts, " OR ");
      case Not(Filter part) -> "NOT " + factor(part);
      case Compare(Field field, Operator operator, Literal literal) ->
          name(field) + " " + FilterWords.symbol(operator) + " " + literal(field, literal);
      case Has(Field field, Member member) -> name(field) + ":" + member(member);
    };
  }

  private static String join(List<Filter> parts, String word) {
    return parts.stream().map(FilterPrinter::factor).collect(Collectors.joining(word));
  }

  private static String factor(Filter filter) {
    return filter instanceof And || filter instanceof Or
        ? "(" + whole(filter) + ")"
        : whole(filter);
  }

  private static String name(Field field) {
    return switch (field) {
      case Field.OfColumn(Column column) -> FilterWords.name(column);
      case Field.OfMetadata(String path) -> "metadata." + path;
    };
  }

  private static String member(Member member) {
    return switch (member) {
      case Member.Any _ -> "*";
      case Member.Labels(List<String> labels) ->
          labels.stream()
              .map(label -> escape(label).replace("/", "\\/"))
              .collect(Collectors.joining("/", "\"", "\""));
    };
  }

  private static String literal(Field field, Literal literal) {
    return switch (literal) {
      case Literal.Text(String value) -> "\"" + escape(value) + "\"";
      case Literal.Numeric(double value) -> number(field, value);
      case Literal.Truth(boolean value) -> Boolean.toString(value);
      case Literal.Time(long micros) -> "\"" + Instant.EPOCH.plus(micros, ChronoUnit.MICROS) + "\"";
      case Literal.Level(int ordinal) -> FilterLiterals.SENSITIVITIES.get(ordinal);
    };
  }

  private static String number(Field field, double value) {
    if (value == Math.rint(value) && Math.abs(value) < 1L << 53) {
      return Long.toString((long) value);
    }
    return field.equals(new Field.OfColumn(Column.IMPORTANCE))
        ? Float.toString((float) value)
        : Double.toString(value);
  }

  private static String escape(String text) {
    return text.replace("\\", "\\\\").replace("\"", "\\\"");
  }
}
