package io.rekindle.node.index;

import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.access.filter.Filter.Literal;
import io.rekindle.node.access.filter.Filter.Operator;

/**
 * A comparison with text, over codes: equality looks the text up in the dictionary, once; order is
 * decided once for each code.
 */
final class TextCondition {
  private final Dictionary<String> dictionary;
  private final Filter.Compare compare;
  private final CodeCondition<String> order;
  private int code;

  TextCondition(Dictionary<String> dictionary, Filter.Compare compare) {
    this.dictionary = dictionary;
    this.compare = compare;
    this.order =
        new CodeCondition<>(
            dictionary, text -> FilterCompiler.matches(compare, new Literal.Text(text)));
    refresh();
  }

  boolean test(int rowCode) {
    return switch (compare.operator()) {
      case EQUAL -> rowCode == code && rowCode != Dictionary.NONE;
      case NOT_EQUAL -> rowCode != code && rowCode != Dictionary.NONE;
      default -> order.test(rowCode);
    };
  }

  void refresh() {
    boolean equality =
        compare.operator() == Operator.EQUAL || compare.operator() == Operator.NOT_EQUAL;
    if (equality && compare.literal() instanceof Literal.Text(String text)) {
      code = dictionary.find(text);
    } else {
      order.refresh();
    }
  }
}
