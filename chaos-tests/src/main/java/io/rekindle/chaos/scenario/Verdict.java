package io.rekindle.chaos.scenario;

import io.rekindle.chaos.checker.Violation;
import io.rekindle.chaos.fault.FaultEvent;
import io.rekindle.chaos.history.History;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What a run has come to.
 *
 * @param begunNanos of the history's clock
 */
public record Verdict(
    long seed,
    int nodes,
    long begunNanos,
    History history,
    List<FaultEvent> events,
    List<Violation> violations) {
  private static final int SHOWN_MAX = 20;

  public Verdict {
    events = List.copyOf(events);
    violations = List.copyOf(violations);
  }

  /** For whoever finds that the run failed. */
  public String text(String repeat) {
    return "%d violations (the first %d are shown); repeat with: %s\n%s"
        .formatted(
            violations.size(),
            Math.min(SHOWN_MAX, violations.size()),
            repeat,
            violations.stream()
                .limit(SHOWN_MAX)
                .map(Violation::toString)
                .collect(Collectors.joining("\n")));
  }
}
