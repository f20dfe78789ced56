package io.rekindle.chaos.checker;

import io.rekindle.chaos.history.Kind;
import io.rekindle.chaos.history.Observed;
import io.rekindle.chaos.history.Operation;
import io.rekindle.chaos.history.Outcome;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Condemns a row whose content, metadata and vector do not come from one write; the value of a
 * write that was refused; and a value that nobody wrote. Condemns a record that is read by its key
 * but is not in the last list of its namespace on the same node, or the reverse: its row and its
 * index are not of one transaction. Condemns a last read without lists.
 *
 * <p>Cannot know of the rows of a batch, each of which is a transaction of its own.
 */
public final class NoHalfTransaction implements Checker {
  private record Place(int node, String namespace) {}

  @Override
  public List<Violation> check(Evidence evidence) {
    List<Violation> found = new ArrayList<>();
    evidence
        .history()
        .reads()
        .forEach(
            read -> {
              for (Observed seen : read.answer().observed()) {
                look(read, seen, evidence, found);
              }
            });
    compare(evidence, found);
    return found;
  }

  private void look(Operation read, Observed seen, Evidence evidence, List<Violation> found) {
    List<Operation> writers = evidence.model().writersOf(seen.fingerprint()).toList();
    List<Operation> whole =
        writers.stream()
            .filter(
                it ->
                    Objects.requireNonNull(it.request().written()).agrees(seen.fingerprint())
                        && (it.key().isEmpty() || it.key().equals(seen.key())))
            .toList();
    if (writers.isEmpty()) {
      found.add(Violation.of(this, "shows a value that nobody wrote", read));
    } else if (whole.isEmpty()) {
      found.add(Violation.of(this, "shows parts of different writes", writers.getFirst(), read));
    } else if (whole.stream().allMatch(it -> it.outcome() == Outcome.FAILED)) {
      found.add(
          Violation.of(
              this, "shows the value of a write that was refused", whole.getFirst(), read));
    }
  }

  private void compare(Evidence evidence, List<Violation> found) {
    Map<Place, Set<String>> listed = new HashMap<>();
    List<Operation> gets = new ArrayList<>();
    evidence
        .history()
        .lastReads()
        .filter(Operation::acknowledged)
        .forEach(
            it -> {
              if (it.kind() == Kind.LIST) {
                Set<String> keys = listed.computeIfAbsent(place(it), _ -> new HashSet<>());
                it.answer().observed().forEach(seen -> keys.add(seen.key()));
              } else if (it.kind() == Kind.GET) {
                gets.add(it);
              }
            });
    if (listed.isEmpty()) {
      found.add(Violation.of(this, "nothing was listed at the end"));
      return;
    }
    for (Operation get : gets) {
      boolean inList = listed.getOrDefault(place(get), Set.of()).contains(get.key());
      if (get.answer().observed().isEmpty()) {
        if (inList) {
          found.add(Violation.of(this, "is in the list, and not there", get));
        }
      } else if (!inList) {
        found.add(Violation.of(this, "is there, and not in the list", get));
      }
    }
  }

  private static Place place(Operation operation) {
    return new Place(operation.request().node(), operation.namespace());
  }
}
