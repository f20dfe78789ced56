package io.rekindle.chaos.history;

import java.util.List;

/**
 * What came back.
 *
 * @param reason the error's own name; empty when there was none
 * @param created whether a store made the memory, rather than found an earlier one
 * @param partial whether a search says that hits may be missing
 * @param observed what it showed
 */
public record Answer(String reason, boolean created, boolean partial, List<Observed> observed) {
  public Answer {
    observed = List.copyOf(observed);
  }

  public static Answer of(List<Observed> observed) {
    return new Answer("", false, false, observed);
  }

  public static Answer error(String reason) {
    return new Answer(reason, false, false, List.of());
  }
}
