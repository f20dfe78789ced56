package io.rekindle.node.access.filter;

import io.rekindle.node.access.filter.Filter.And;
import io.rekindle.node.access.filter.Filter.Column;
import io.rekindle.node.access.filter.Filter.Compare;
import io.rekindle.node.access.filter.Filter.Field;
import io.rekindle.node.access.filter.Filter.Has;
import io.rekindle.node.access.filter.Filter.Member;
import io.rekindle.node.access.filter.Filter.Not;
import io.rekindle.node.access.filter.Filter.Operator;
import io.rekindle.node.access.filter.Filter.Or;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.Limits;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Reads the filter language, a subset of AIP-160.
 *
 * <pre>
 * filter = [ or ]                                     nothing at all is every row
 * or     = factor { "AND" factor } | factor { "OR" factor }
 * factor = ( "NOT" | "-" ) factor | "(" or ")" | term
 * term   = field ( "=" | "!=" | "&lt;" | "&lt;=" | "&gt;" | "&gt;=" ) value
 *        | field ":" ( value | "*" ) | "true" | "false"
 * field  = a column's name in lower case | "metadata" { "." name }
 * value  = "quoted" | 'quoted' | word | number | true | false | time
 * </pre>
 *
 * <p>AIP-160 lets OR bind tighter than AND, SQL the reverse; a reader can't know which is meant, so
 * AND beside OR needs parentheses here. {@code path:"a/b"} asks for paths that begin with the
 * labels a and b; a slash within a label is written {@code \/}. In metadata a quoted value is a
 * text, a plain one what JSON would make of it, else a text.
 *
 * <p>Bounds: 4 KiB, 16 levels, 64 terms. Stateless; time and depth grow with the text only.
 */
public final class FilterParser {
  /** Words that must be quoted to be values. */
  static final Set<String> RESERVED = Set.of("AND", "OR", "NOT", "null");

  private static final String METADATA = "metadata";

  private final FilterScanner scanner;
  private int terms;

  private FilterParser(FilterScanner scanner) {
    this.scanner = scanner;
  }

  /** As {@link #parse(String, String)} for the request field {@code filter}. */
  public static Filter parse(String text) {
    return parse("filter", text);
  }

  /**
   * The filter that a text means, in the form of {@link Filters#simplify}.
   *
   * @param fieldName what refusals name as the field
   * @throws RekindleException INVALID_ARGUMENT or LIMIT_EXCEEDED with {@code field} and {@code
   *     position}
   */
  public static Filter parse(String fieldName, String text) {
    Limits.requireText(fieldName, text, Limits.FILTER_BYTES_MAX);
    FilterScanner scanner = new FilterScanner(fieldName, text);
    if (scanner.atEnd()) {
      return Filter.ALL;
    }
    Filter filter = new FilterParser(scanner).expression(1);
    if (!scanner.atEnd()) {
      throw scanner.refuse(FilterRefusal.END_EXPECTED, scanner.at());
    }
    return Filters.simplify(filter);
  }

  private Filter expression(int depth) {
    checkDepth(depth);
    Filter first = factor(depth);
    if (scanner.takeKeyword("AND")) {
      return new And(parts(first, "AND", "OR", depth));
    }
    if (scanner.takeKeyword("OR")) {
      return new Or(parts(first, "OR", "AND", depth));
    }
    return first;
  }

  private List<Filter> parts(Filter first, String own, String other, int depth) {
    List<Filter> parts = new ArrayList<>(List.of(first));
    do {
      parts.add(factor(depth));
    } while (scanner.takeKeyword(own));
    int end = scanner.at();
    if (scanner.takeKeyword(other)) {
      throw scanner.refuse(FilterRefusal.AND_WITH_OR, end);
    }
    return parts;
  }

  private Filter factor(int depth) {
    if (scanner.take('-') || scanner.takeKeyword("NOT")) {
      checkDepth(depth + 1);
      return new Not(factor(depth + 1));
    }
    int start = scanner.at();
    if (!scanner.take('(')) {
      return term();
    }
    Filter inner = expression(depth + 1);
    if (!scanner.take(')')) {
      throw scanner.atEnd()
          ? scanner.refuse(FilterRefusal.NOT_CLOSED, start)
          : scanner.refuse(FilterRefusal.END_EXPECTED, scanner.at());
    }
    return inner;
  }

  private void checkDepth(int depth) {
    if (depth > Limits.FILTER_DEPTH_MAX) {
      throw scanner.overLimit(scanner.at(), Limits.FILTER_DEPTH_MAX, "levels");
    }
  }

  private Filter term() {
    scanner.atEnd();
    int start = scanner.at();
    if (++terms > Limits.FILTER_TERMS_MAX) {
      throw scanner.overLimit(start, Limits.FILTER_TERMS_MAX, "terms");
    }
    String name = scanner.takeName();
    if (name.isEmpty() || RESERVED.contains(name)) {
      throw scanner.refuse(FilterRefusal.FIELD_EXPECTED, start);
    }
    if (name.equals("true") || name.equals("false")) {
      return name.equals("true") ? Filter.ALL : Filter.NONE;
    }
    Field field = field(name, start);
    scanner.atEnd();
    int operatorAt = scanner.at();
    String operator = scanner.takeOperator();
    return switch (operator) {
      case "" -> throw scanner.refuse(FilterRefusal.OPERATOR_EXPECTED, operatorAt);
      case ":" -> new Has(field, member(field, operatorAt));
      default -> compare(field, FilterWords.operator(operator), operatorAt);
    };
  }

  private Field field(String name, int start) {
    if (name.equals(METADATA) || name.startsWith(METADATA + ".")) {
      String path = name.substring(Math.min(name.length(), METADATA.length() + 1));
      if (!FilterWords.isMetadataPath(path)) {
        throw scanner.refuse(FilterRefusal.METADATA_PATH, start);
      }
      return new Field.OfMetadata(path);
    }
    Column column = FilterWords.findColumn(name);
    if (column == null) {
      throw scanner.refuse(FilterRefusal.UNKNOWN_FIELD, start);
    }
    return new Field.OfColumn(column);
  }

  private Member member(Field field, int operatorAt) {
    if (scanner.take('*')) {
      return new Member.Any();
    }
    if (!(field instanceof Field.OfColumn(Column column)) || !column.holdsLabels()) {
      throw scanner.refuse(FilterRefusal.OPERATOR_NOT_ALLOWED, operatorAt);
    }
    FilterScanner.Value value = scanner.takeValue();
    List<String> labels = column == Column.PATH ? value.labels() : List.of(value.text());
    if (labels.contains("")) {
      throw scanner.refuse(FilterRefusal.EMPTY_LABEL, value.start());
    }
    return new Member.Labels(labels);
  }

  private Filter compare(Field field, Operator operator, int operatorAt) {
    if (field instanceof Field.OfColumn(Column column) && column.holdsLabels()) {
      throw scanner.refuse(FilterRefusal.USE_HAS, operatorAt);
    }
    Filter.Literal literal = FilterLiterals.read(scanner, field, scanner.takeValue());
    boolean ordered = operator != Operator.EQUAL && operator != Operator.NOT_EQUAL;
    if (ordered && literal instanceof Filter.Literal.Truth) {
      throw scanner.refuse(FilterRefusal.OPERATOR_NOT_ALLOWED, operatorAt);
    }
    return new Compare(field, operator, literal);
  }
}
