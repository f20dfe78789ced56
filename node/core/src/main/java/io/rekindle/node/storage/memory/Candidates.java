package io.rekindle.node.storage.memory;

import java.util.List;

/**
 * What one part of a search found in all slices, best first.
 *
 * @param more whether a slice may have more than it was asked for
 * @param exact whether nothing better can have been left out
 * @param partial whether some slice could not be asked
 */
public record Candidates(List<Candidate> best, boolean more, boolean exact, boolean partial) {
  public static final Candidates NONE = new Candidates(List.of(), false, true, false);

  /** The best of some parts together. */
  public static Candidates merged(List<Candidates> parts) {
    return new Candidates(
        parts.stream().flatMap(part -> part.best().stream()).sorted(Candidate.BEST_FIRST).toList(),
        parts.stream().anyMatch(Candidates::more),
        parts.stream().allMatch(Candidates::exact),
        parts.stream().anyMatch(Candidates::partial));
  }

  /** As many of the best; a part that is cut has more. */
  public Candidates first(int topK) {
    return best.size() <= topK
        ? this
        : new Candidates(best.stream().limit(topK).toList(), true, exact, partial);
  }
}
