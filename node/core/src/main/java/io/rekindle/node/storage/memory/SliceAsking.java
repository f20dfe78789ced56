package io.rekindle.node.storage.memory;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.storage.row.SliceOwners;
import java.util.ArrayList;
import java.util.List;

/** Asks slice after slice, and puts together what they answer. */
final class SliceAsking {
  private SliceAsking() {}

  /** One part of a search. */
  interface Part {
    /**
     * Asks one slice.
     *
     * @param topK 1 to 1,000
     * @param minScore lowest score returned, or NaN
     */
    Candidates ask(SliceQuery query, int topK, float minScore);
  }

  /**
   * The best of all slices together; one that is not ready leaves the rest a partial answer, but
   * not one that another node owns by now.
   */
  static Candidates ask(List<SliceQuery> queries, Part part, int topK, float minScore) {
    List<Candidate> all = new ArrayList<>();
    boolean more = false;
    boolean exact = true;
    boolean partial = false;
    for (SliceQuery query : queries) {
      try {
        Candidates found = part.ask(query, topK, minScore);
        all.addAll(found.best());
        more |= found.more();
        exact &= found.exact();
      } catch (RekindleException e) {
        boolean askAgain = SliceOwners.isMoved(e);
        if (e.code() != ErrorCode.NOT_READY || queries.size() == 1 || askAgain) {
          throw e;
        }
        partial = true;
      }
    }
    all.sort(Candidate.BEST_FIRST);
    return new Candidates(all, more, exact, partial);
  }
}
