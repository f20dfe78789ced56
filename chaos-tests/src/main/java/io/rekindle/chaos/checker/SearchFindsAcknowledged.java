package io.rekindle.chaos.checker;

import io.rekindle.chaos.history.Fingerprint;
import io.rekindle.chaos.history.Kind;
import io.rekindle.chaos.history.Operation;
import io.rekindle.chaos.model.Life;
import java.util.ArrayList;
import java.util.List;

/**
 * Condemns a search for the very value of a memory, by its vector or by a word that it alone has,
 * that does not find it, when the value was acknowledged before the search and nothing may have
 * changed or deleted it since. Condemns a history without such a search.
 *
 * <p>Cannot know of answers that say they are partial; they are passed over. Every memory has a
 * vector of the caller's own, so that nothing waits for a model.
 */
public final class SearchFindsAcknowledged implements Checker {
  @Override
  public List<Violation> check(Evidence evidence) {
    List<Violation> found = new ArrayList<>();
    int looked = 0;
    for (Operation search : evidence.history().operations()) {
      if (search.kind() == Kind.SEARCH && search.acknowledged() && !search.answer().partial()) {
        Life life = evidence.model().life(search.namespace(), search.key());
        if (mustFind(search, life)) {
          looked++;
          if (search.answer().observed().stream().noneMatch(it -> it.key().equals(search.key()))) {
            found.add(Violation.of(this, "was not found", search));
          }
        }
      }
    }
    if (looked == 0) {
      found.add(Violation.of(this, "nothing was searched that has to be found"));
    }
    return found;
  }

  private static boolean mustFind(Operation search, Life life) {
    Fingerprint wanted = search.request().written();
    return wanted != null
        && life.mustExist(search)
        && life.settled(search).filter(wanted::equals).isPresent();
  }
}
