package io.rekindle.node.index;

import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.access.filter.Filter.Literal;
import io.rekindle.node.access.filter.Filter.Operator;

/** Comparisons of numbers and times, without making objects of them. */
final class NumberConditions {
  private NumberConditions() {}

  /** Of a column of times; a row without one passes no comparison. */
  static RowCondition times(int column, Filter.Compare compare) {
    if (!(compare.literal() instanceof Literal.Time(long right))) {
      return (_, _) -> false;
    }
    Operator operator = compare.operator();
    return (block, slot) -> {
      long left = block.getLong(column, slot);
      return left != SliceTables.NEVER && holds(operator, Long.compare(left, right));
    };
  }

  static RowCondition version(Filter.Compare compare) {
    return (block, slot) -> matches(compare, (double) block.getLong(RowBlock.VERSION, slot));
  }

  static RowCondition importance(Filter.Compare compare) {
    return (block, slot) ->
        matches(compare, Float.intBitsToFloat(block.getInt(RowBlock.IMPORTANCE, slot)));
  }

  static boolean matches(Filter.Compare compare, double left) {
    return compare.literal() instanceof Literal.Numeric(double right)
        && holds(compare.operator(), left == right ? 0 : Double.compare(left, right));
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
}
