package io.rekindle.node.access.filter;

import io.rekindle.node.access.filter.Filter.Column;
import io.rekindle.node.access.filter.Filter.Operator;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The words of the language, both ways. */
final class FilterWords {
  private static final Map<String, Column> COLUMNS =
      Arrays.stream(Column.values())
          .collect(Collectors.toUnmodifiableMap(FilterWords::name, Function.identity()));

  /** As in {@code NamespaceSettings}: what can be declared can be asked for, and the reverse. */
  private static final Pattern METADATA_PATH =
      Pattern.compile("[A-Za-z_][A-Za-z0-9_-]{0,63}(\\.[A-Za-z_][A-Za-z0-9_-]{0,63}){0,7}");

  private FilterWords() {}

  static @Nullable Column findColumn(String name) {
    return COLUMNS.get(name);
  }

  static String name(Column column) {
    return column.name().toLowerCase(Locale.ROOT);
  }

  static boolean isMetadataPath(String path) {
    return METADATA_PATH.matcher(path).matches();
  }

  static Operator operator(String symbol) {
    for (Operator operator : Operator.values()) {
      if (symbol(operator).equals(symbol)) {
        return operator;
      }
    }
    throw new IllegalArgumentException("not an operator");
  }

  static String symbol(Operator operator) {
    return switch (operator) {
      case EQUAL -> "=";
      case NOT_EQUAL -> "!=";
      case LESS -> "<";
      case LESS_OR_EQUAL -> "<=";
      case GREATER -> ">";
      case GREATER_OR_EQUAL -> ">=";
    };
  }
}
