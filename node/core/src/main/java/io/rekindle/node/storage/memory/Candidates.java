package io.rekindle.node.storage.memory;

import java.util.List;

/**
 * What one part of a search found in all slices, best first.
 *
 * @param more whether a slice may have more than it was asked for
 * @param exact whether nothing better can have been left out
 * @param partial whether some slice could not be asked
 */
record Candidates(List<Candidate> best, boolean more, boolean exact, boolean partial) {
  static final Candidates NONE = new Candidates(List.of(), false, true, false);
}
