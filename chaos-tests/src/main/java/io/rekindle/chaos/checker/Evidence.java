package io.rekindle.chaos.checker;

import io.rekindle.chaos.history.History;
import io.rekindle.chaos.model.Model;
import io.rekindle.chaos.model.RecordKey;
import java.util.List;
import java.util.Set;

/**
 * Everything that is known of a run.
 *
 * @param chains one for each node
 * @param lastSequenceSeen the newest number of a chain that was shown while the run went on
 * @param audited the memories whose change some outcome in the audit says was allowed
 */
public record Evidence(
    History history,
    Model model,
    List<ChainCheck> chains,
    long lastSequenceSeen,
    Set<RecordKey> audited) {
  public Evidence {
    chains = List.copyOf(chains);
    audited = Set.copyOf(audited);
  }

  public static Evidence of(
      History history, List<ChainCheck> chains, long lastSequenceSeen, Set<RecordKey> audited) {
    return new Evidence(history, Model.of(history), chains, lastSequenceSeen, audited);
  }
}
