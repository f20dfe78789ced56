package io.rekindle.chaos.checker;

import io.rekindle.chaos.history.History;
import io.rekindle.chaos.model.Model;
import io.rekindle.chaos.model.RecordKey;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Everything that is known of a run.
 *
 * @param chains one for each node
 * @param lastSequencesSeen of each node, the newest number of its chain that was shown while the
 *     run went on
 * @param audited the memories whose change some outcome in the audit says was allowed
 */
public record Evidence(
    History history,
    Model model,
    List<ChainCheck> chains,
    Map<Integer, Long> lastSequencesSeen,
    Set<RecordKey> audited) {
  public Evidence {
    chains = List.copyOf(chains);
    lastSequencesSeen = Map.copyOf(lastSequencesSeen);
    audited = Set.copyOf(audited);
  }

  public static Evidence of(
      History history,
      List<ChainCheck> chains,
      Map<Integer, Long> lastSequencesSeen,
      Set<RecordKey> audited) {
    return new Evidence(history, Model.of(history), chains, lastSequencesSeen, audited);
  }
}
