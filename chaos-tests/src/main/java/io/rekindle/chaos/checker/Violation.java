package io.rekindle.chaos.checker;

import io.rekindle.chaos.history.Operation;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A broken promise.
 *
 * @param evidence the operations that show it
 */
public record Violation(String checker, String sentence, List<Operation> evidence) {
  public Violation {
    evidence = List.copyOf(evidence);
  }

  static Violation of(Checker checker, String sentence, Operation... evidence) {
    return new Violation(checker.name(), sentence, List.of(evidence));
  }

  @Override
  public String toString() {
    return evidence.stream()
        .map(it -> "\n    " + it)
        .collect(Collectors.joining("", checker + ": " + sentence, ""));
  }
}
