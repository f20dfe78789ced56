package io.rekindle.chaos.checker;

import io.rekindle.chaos.history.Observed;
import io.rekindle.chaos.history.Operation;
import io.rekindle.chaos.history.Outcome;
import java.util.ArrayList;
import java.util.List;

/**
 * Condemns an answer to a request for a namespace that the API key has no grant for, whatever it
 * shows; a row that says it is of another namespace than was asked for; and a value that was only
 * ever written to another one. Condemns a history in which nobody tried.
 *
 * <p>Cannot know of values that equal others by chance: every write of a run has a value of its
 * own.
 */
public final class NoCrossNamespaceRead implements Checker {
  @Override
  public List<Violation> check(Evidence evidence) {
    List<Violation> found = new ArrayList<>();
    List<Operation> forbidden =
        evidence.history().stream().filter(it -> !it.request().granted()).toList();
    if (forbidden.stream().noneMatch(it -> it.outcome() == Outcome.FAILED)) {
      found.add(Violation.of(this, "nobody tried to read what is not theirs"));
    }
    forbidden.stream()
        .filter(Operation::acknowledged)
        .forEach(it -> found.add(Violation.of(this, "was answered without a grant", it)));
    evidence
        .history()
        .reads()
        .forEach(
            read -> {
              for (Observed seen : read.answer().observed()) {
                look(read, seen, evidence, found);
              }
            });
    return found;
  }

  private void look(Operation read, Observed seen, Evidence evidence, List<Violation> found) {
    if (!seen.namespace().equals(read.namespace())) {
      found.add(Violation.of(this, "shows a row of " + seen.namespace(), read));
      return;
    }
    List<Operation> writers = evidence.model().writersOf(seen.fingerprint()).toList();
    if (!writers.isEmpty()
        && writers.stream().noneMatch(it -> it.namespace().equals(read.namespace()))) {
      found.add(Violation.of(this, "shows a value of another namespace", writers.getFirst(), read));
    }
  }
}
