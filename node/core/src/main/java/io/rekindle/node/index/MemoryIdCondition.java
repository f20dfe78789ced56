package io.rekindle.node.index;

import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.access.filter.Filter.Literal;
import io.rekindle.node.access.filter.Filter.Operator;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A comparison of the id, as its text of 36 characters; equality without making a text. */
final class MemoryIdCondition implements RowCondition {
  private final Filter.Compare compare;
  private final boolean negated;
  private final boolean equality;
  private final @Nullable UUID wanted;

  MemoryIdCondition(Filter.Compare compare) {
    this.compare = compare;
    this.negated = compare.operator() == Operator.NOT_EQUAL;
    this.equality = negated || compare.operator() == Operator.EQUAL;
    this.wanted = compare.literal() instanceof Literal.Text(String text) ? canonical(text) : null;
  }

  private static @Nullable UUID canonical(String text) {
    try {
      UUID id = UUID.fromString(text);
      return id.toString().equals(text) ? id : null;
    } catch (IllegalArgumentException e) {
      // No id has this text: nothing equals it.
      return null;
    }
  }

  @Override
  public boolean test(RowBlock block, int slot) {
    long high = block.getLong(RowBlock.ID_HIGH, slot);
    long low = block.getLong(RowBlock.ID_LOW, slot);
    if (!equality) {
      return FilterCompiler.matches(compare, new Literal.Text(new UUID(high, low).toString()));
    }
    boolean equal =
        wanted != null
            && wanted.getMostSignificantBits() == high
            && wanted.getLeastSignificantBits() == low;
    return equal != negated;
  }
}
