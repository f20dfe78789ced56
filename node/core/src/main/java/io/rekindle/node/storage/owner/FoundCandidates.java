package io.rekindle.node.storage.owner;

import io.rekindle.node.index.RowFacts;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.SliceId;
import io.rekindle.node.storage.memory.Candidate;
import io.rekindle.node.storage.memory.SearchSource.Pools;
import io.rekindle.node.storage.memory.SliceQuery;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What one owner found of a search over several, before anything has its place.
 *
 * @param facts of the rows that are still there, where the order counts them; else none
 */
record FoundCandidates(Pools pools, Map<Place, RowFacts> facts) {
  /** Where a candidate's row is. */
  record Place(SliceId slice, MemoryId memoryId) {
    static Place of(Candidate candidate) {
      return new Place(candidate.query().slice(), candidate.memoryId());
    }
  }

  static void write(WireOut out, FoundCandidates found) {
    SearchMessages.candidates(out, found.pools().meaning());
    SearchMessages.candidates(out, found.pools().words());
    out.list(
        found.facts().entrySet(),
        (to, entry) ->
            SearchMessages.facts(
                to.slice(entry.getKey().slice()).id(entry.getKey().memoryId()), entry.getValue()));
  }

  static FoundCandidates read(WireIn in, Function<SliceId, @Nullable SliceQuery> queries) {
    Pools pools =
        new Pools(SearchMessages.candidates(in, queries), SearchMessages.candidates(in, queries));
    Map<Place, RowFacts> facts = new HashMap<>();
    in.list(one -> Map.entry(new Place(one.slice(), one.id()), SearchMessages.facts(one)))
        .forEach(entry -> facts.put(entry.getKey(), entry.getValue()));
    return new FoundCandidates(pools, facts);
  }
}
