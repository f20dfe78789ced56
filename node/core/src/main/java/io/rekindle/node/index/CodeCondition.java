package io.rekindle.node.index;

import java.util.Arrays;
import java.util.function.Predicate;

/**
 * A condition over a value of a dictionary, decided once for each code.
 *
 * <p>A torn or outdated code gives a wrong answer at worst, which the generation of the row turns
 * away.
 */
final class CodeCondition<T> {
  private static final byte UNKNOWN = 0;
  private static final byte HOLDS = 1;
  private static final byte FAILS = 2;

  private final Dictionary<T> dictionary;
  private final Predicate<T> condition;
  private byte[] known = new byte[64];

  CodeCondition(Dictionary<T> dictionary, Predicate<T> condition) {
    this.dictionary = dictionary;
    this.condition = condition;
  }

  boolean test(int code) {
    // Half of a change may look like a code that never was.
    if (code <= Dictionary.NONE || code >= dictionary.codes()) {
      return false;
    }
    if (code >= known.length) {
      known = Arrays.copyOf(known, Math.max(code + 1, 2 * known.length));
    }
    if (known[code] == UNKNOWN) {
      T value = dictionary.value(code);
      known[code] = value != null && condition.test(value) ? HOLDS : FAILS;
    }
    return known[code] == HOLDS;
  }

  void refresh() {
    Arrays.fill(known, UNKNOWN);
  }
}
