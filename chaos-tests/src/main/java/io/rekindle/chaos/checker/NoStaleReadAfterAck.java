package io.rekindle.chaos.checker;

import io.rekindle.chaos.history.Observed;
import io.rekindle.chaos.history.Operation;
import io.rekindle.chaos.history.Phase;
import io.rekindle.chaos.model.Life;
import io.rekindle.chaos.model.Model;
import java.util.ArrayList;
import java.util.List;

/**
 * Condemns an answer, asked after a write was acknowledged to whichever client by whichever node,
 * that shows an older version, an older value where only one is possible, or, when the record was
 * read by its key, nothing though nobody asked to delete it. Lists and searches are held to the
 * rows that they show.
 *
 * <p>Cannot know the order of operations that overlap: both orders are allowed. Does not condemn a
 * list for rows that it leaves out, as it may be cut; {@link NoHalfTransaction} does at the end.
 */
public final class NoStaleReadAfterAck implements Checker {
  @Override
  public List<Violation> check(Evidence evidence) {
    List<Violation> found = new ArrayList<>();
    evidence
        .history()
        .reads()
        .filter(it -> it.request().phase() == Phase.TRAFFIC)
        .forEach(it -> look(it, evidence.model(), found));
    return found;
  }

  private void look(Operation read, Model model, List<Violation> found) {
    List<Observed> all = read.answer().observed();
    if (all.isEmpty()
        && read.kind().readsOne()
        && model.life(read.namespace(), read.key()).mustExist(read)) {
      found.add(Violation.of(this, "an acknowledged write was not there", read));
    }
    for (Observed seen : all) {
      Life life = model.life(read.namespace(), seen.key());
      long least = life.leastVersion(read);
      if (seen.version() < least) {
        found.add(
            Violation.of(
                this,
                "%s was shown at version %d after %d was acknowledged"
                    .formatted(seen.key(), seen.version(), least),
                read));
      } else if (life.settled(read).filter(it -> !it.agrees(seen.fingerprint())).isPresent()) {
        found.add(
            Violation.of(this, seen.key() + " was shown with a value that was replaced", read));
      }
    }
  }
}
