package io.rekindle.chaos.checker;

import io.rekindle.chaos.history.Observed;
import java.util.ArrayList;
import java.util.List;

/**
 * Condemns an answer of any kind, asked after a delete was acknowledged, that shows what was
 * deleted.
 *
 * <p>Cannot know of a memory with a store of unknown outcome, or one that overlaps the delete: that
 * store may come last. Cannot see what is on disk.
 */
public final class DeletedStaysDeleted implements Checker {
  @Override
  public List<Violation> check(Evidence evidence) {
    List<Violation> found = new ArrayList<>();
    evidence
        .history()
        .reads()
        .forEach(
            read -> {
              for (Observed seen : read.answer().observed()) {
                if (evidence.model().life(read.namespace(), seen.key()).mustBeGone(read)) {
                  found.add(Violation.of(this, seen.key() + " was deleted, and is shown", read));
                }
              }
            });
    return found;
  }
}
