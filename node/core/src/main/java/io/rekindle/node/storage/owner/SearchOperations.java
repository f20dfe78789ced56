package io.rekindle.node.storage.owner;

import io.rekindle.node.access.AccessPass;
import io.rekindle.node.index.RowFacts;
import io.rekindle.node.model.SliceId;
import io.rekindle.node.storage.SearchQuery;
import io.rekindle.node.storage.SearchResult;
import io.rekindle.node.storage.memory.Candidate;
import io.rekindle.node.storage.memory.IgniteMemoryStore;
import io.rekindle.node.storage.memory.RankedMemory;
import io.rekindle.node.storage.memory.SearchSource;
import io.rekindle.node.storage.memory.SearchSource.Pools;
import io.rekindle.node.storage.memory.SliceQuery;
import io.rekindle.node.storage.memory.SliceSelection;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/** The searches among the operations of an owner: whole ones, and the two steps of shared ones. */
final class SearchOperations {
  private final IgniteMemoryStore memories;
  private final Function<Collection<SliceId>, SliceSelection> selections;

  /**
   * @param selections makes a selection of slices by their namespaces as they are known here
   */
  SearchOperations(
      IgniteMemoryStore memories, Function<Collection<SliceId>, SliceSelection> selections) {
    this.memories = memories;
    this.selections = selections;
  }

  /** Something that was read and can be asked. */
  @FunctionalInterface
  interface Asked<T> {
    T ask(AccessPass pass);
  }

  Asked<SearchResult> search(WireIn in) {
    List<SliceId> slices = in.list(WireIn::slice);
    SearchQuery query = SearchMessages.query(in);
    SearchResult.Position after = in.optional(SearchMessages::position);
    return pass -> {
      SliceSelection selection = selections.apply(slices);
      SearchSource here = memories.here(pass, selection, query);
      return memories.search(pass, selection.namespaces(), query, after, here);
    };
  }

  Asked<FoundCandidates> candidates(WireIn in) {
    List<SliceId> slices = in.list(WireIn::slice);
    SearchQuery query = SearchMessages.query(in);
    int topK = in.int32();
    float minScore = in.float32();
    return pass ->
        found(memories.here(pass, selections.apply(slices), query), query, topK, minScore);
  }

  /** The candidates of slices of this node, and what the order counts of their rows. */
  static FoundCandidates found(SearchSource here, SearchQuery query, int topK, float minScore) {
    Pools all = here.ask(topK, minScore);
    Pools pools = new Pools(all.meaning().first(topK), all.words().first(topK));
    Map<FoundCandidates.Place, RowFacts> facts = new HashMap<>();
    if (query.weights().recency() > 0 || query.weights().importance() > 0) {
      Stream.of(pools.meaning(), pools.words())
          .flatMap(part -> part.best().stream())
          .forEach(candidate -> putFacts(facts, here, candidate));
    }
    return new FoundCandidates(pools, facts);
  }

  private static void putFacts(
      Map<FoundCandidates.Place, RowFacts> facts, SearchSource here, Candidate candidate) {
    RowFacts row = here.facts(candidate);
    if (row != null) {
      facts.put(FoundCandidates.Place.of(candidate), row);
    }
  }

  /**
   * The rows of candidates. What was asked of their slices depends on the pass, so they are read
   * when that is open; a message that is not readable has no effect then, either.
   */
  Asked<List<SearchSource.JoinedRow>> rows(WireIn in) {
    List<SliceId> slices = in.list(WireIn::slice);
    SearchQuery query = SearchMessages.query(in);
    SearchResult.Position after = in.optional(SearchMessages::position);
    byte[] candidates = in.bytes();
    return pass -> {
      SliceSelection selection = selections.apply(slices);
      Map<SliceId, SliceQuery> queries = new HashMap<>();
      memories.queries(pass, selection, query).forEach(slice -> queries.put(slice.slice(), slice));
      List<RankedMemory> asked =
          WireIn.read(candidates, all -> all.list(one -> SearchMessages.ranked(one, queries::get)));
      return memories.here(pass, selection, query).rows(asked, after);
    };
  }
}
