package io.rekindle.chaos.checker;

import io.rekindle.chaos.history.Operation;
import io.rekindle.chaos.model.RecordKey;
import java.util.ArrayList;
import java.util.List;

/**
 * Condemns a chain that {@code rekindle audit verify} does not call whole; one that ends before a
 * record that was shown during the run; and an acknowledged change of a memory of which no record
 * says that it was allowed. Condemns a run whose chains were not verified.
 *
 * <p>Cannot know whether a record tells the truth in what it does not name (states are not looked
 * up), nor of a folder that was rolled back as a whole before the first record was seen.
 */
public final class AuditChain implements Checker {
  @Override
  public List<Violation> check(Evidence evidence) {
    List<Violation> found = new ArrayList<>();
    if (evidence.chains().isEmpty()) {
      found.add(Violation.of(this, "no chain was verified"));
    }
    for (ChainCheck chain : evidence.chains()) {
      if (chain.exitCode() != 0) {
        found.add(
            Violation.of(
                this,
                "the chain of node %d is not whole: %s".formatted(chain.node(), chain.output())));
        continue;
      }
      long seen = evidence.lastSequencesSeen().getOrDefault(chain.node(), 0L);
      if (chain.lastSequence() < seen) {
        found.add(
            Violation.of(
                this,
                "the chain of node %d ends at #%d, and #%d was shown"
                    .formatted(chain.node(), chain.lastSequence(), seen)));
      }
    }
    evidence.history().stream()
        .filter(AuditChain::changesAMemory)
        .filter(it -> !evidence.audited().contains(new RecordKey(it.namespace(), it.key())))
        .forEach(it -> found.add(Violation.of(this, "has no record", it)));
    return found;
  }

  private static boolean changesAMemory(Operation operation) {
    return operation.acknowledged()
        && switch (operation.kind()) {
          case STORE, UPDATE, DELETE -> true;
          case GET, LIST, SEARCH, SET_STATE, GET_STATE -> false;
        };
  }
}
