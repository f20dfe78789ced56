package io.rekindle.node.storage.owner;

import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.access.filter.Filter.Field;
import io.rekindle.node.access.filter.Filter.Literal;
import io.rekindle.node.access.filter.Filter.Member;
import io.rekindle.node.model.Limits;
import java.util.List;

/**
 * A filter in a message between nodes, as its tree: its text, printed, can be over the limits of
 * the one that was read.
 */
final class FilterMessages {
  /** Levels of a tree; the parser's limit, with room for what makes one of several filters. */
  private static final int DEPTH_MAX = 2 * Limits.FILTER_DEPTH_MAX;

  private FilterMessages() {}

  private enum Kind {
    AND,
    OR,
    NOT,
    COMPARE,
    HAS_ANY,
    HAS_LABELS
  }

  private enum Type {
    TEXT,
    NUMBER,
    TRUTH,
    TIME,
    LEVEL
  }

  static void filter(WireOut out, Filter filter) {
    switch (filter) {
      case Filter.And(List<Filter> parts) ->
          out.constant(Kind.AND).list(parts, FilterMessages::filter);
      case Filter.Or(List<Filter> parts) ->
          out.constant(Kind.OR).list(parts, FilterMessages::filter);
      case Filter.Not(Filter part) -> filter(out.constant(Kind.NOT), part);
      case Filter.Compare(Field field, Filter.Operator operator, Literal literal) -> {
        field(out.constant(Kind.COMPARE), field);
        literal(out.constant(operator), literal);
      }
      case Filter.Has(Field field, Member.Any _) -> field(out.constant(Kind.HAS_ANY), field);
      case Filter.Has(Field field, Member.Labels(List<String> labels)) -> {
        field(out.constant(Kind.HAS_LABELS), field);
        out.texts(labels);
      }
    }
  }

  static Filter filter(WireIn in) {
    return filter(in, DEPTH_MAX);
  }

  private static Filter filter(WireIn in, int levels) {
    if (levels == 0) {
      throw new IllegalArgumentException("a filter is too deep");
    }
    return switch (in.constant(Kind.class)) {
      case AND -> new Filter.And(in.list(part -> filter(part, levels - 1)));
      case OR -> new Filter.Or(in.list(part -> filter(part, levels - 1)));
      case NOT -> new Filter.Not(filter(in, levels - 1));
      case COMPARE ->
          new Filter.Compare(field(in), in.constant(Filter.Operator.class), literal(in));
      case HAS_ANY -> new Filter.Has(field(in), new Member.Any());
      case HAS_LABELS -> new Filter.Has(field(in), new Member.Labels(in.texts()));
    };
  }

  private static void field(WireOut out, Field field) {
    switch (field) {
      case Field.OfColumn(Filter.Column column) -> out.bool(true).constant(column);
      case Field.OfMetadata(String path) -> out.bool(false).text(path);
    }
  }

  private static Field field(WireIn in) {
    return in.bool()
        ? new Field.OfColumn(in.constant(Filter.Column.class))
        : new Field.OfMetadata(in.text());
  }

  private static void literal(WireOut out, Literal literal) {
    switch (literal) {
      case Literal.Text(String value) -> out.constant(Type.TEXT).text(value);
      case Literal.Numeric(double value) -> out.constant(Type.NUMBER).float64(value);
      case Literal.Truth(boolean value) -> out.constant(Type.TRUTH).bool(value);
      case Literal.Time(long micros) -> out.constant(Type.TIME).int64(micros);
      case Literal.Level(int ordinal) -> out.constant(Type.LEVEL).int32(ordinal);
    }
  }

  private static Literal literal(WireIn in) {
    return switch (in.constant(Type.class)) {
      case TEXT -> new Literal.Text(in.text());
      case NUMBER -> new Literal.Numeric(in.float64());
      case TRUTH -> new Literal.Truth(in.bool());
      case TIME -> new Literal.Time(in.int64());
      case LEVEL -> new Literal.Level(in.int32());
    };
  }
}
