package io.rekindle.node.storage.memory;

import io.rekindle.node.access.Action;
import io.rekindle.node.access.Pass;
import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.index.RowFacts;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.storage.SearchQuery;
import io.rekindle.node.storage.SearchResult;
import io.rekindle.node.storage.row.Caches;
import io.rekindle.node.storage.slice.SliceIndexes;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds memories: every slice's indexes under both filters, the best of all together, then the
 * rows, tested again as they are now.
 */
final class SearchMemories {
  private final Caches caches;
  private final SliceIndexes indexes;
  private final MemoryView view;
  private final JoinRows rows;

  SearchMemories(Caches caches, SliceIndexes indexes, MemoryView view) {
    this.caches = caches;
    this.indexes = indexes;
    this.view = view;
    this.rows = new JoinRows(caches, view);
  }

  /** The answer of what a source finds, which may be of other nodes. */
  SearchResult search(
      Pass pass,
      List<Namespace> namespaces,
      SearchQuery search,
      SearchResult.@Nullable Position after,
      SearchSource source) {
    namespaces.forEach(namespace -> pass.check(Action.SEARCH, namespace.path()));
    float[] vector = search.vector();
    if (vector != null) {
      VectorChecks.requireOneSpace(namespaces, vector);
    }
    return new SearchRounds(search, after, source).run();
  }

  /** What is found in slices of this node. */
  SearchSource here(Pass pass, SliceSelection selection, SearchQuery search) {
    selection.namespaces().forEach(namespace -> pass.check(Action.SEARCH, namespace.path()));
    return new Here(queries(pass, selection, search), search);
  }

  List<SliceQuery> queries(Pass pass, SliceSelection selection, SearchQuery search) {
    return SliceQuery.of(
        selection, space -> pass.rowFilter(space.path()), search.filter(), view.now());
  }

  /** Slices of this node. */
  private final class Here implements SearchSource {
    private final List<SliceQuery> queries;
    private final SearchQuery search;

    Here(List<SliceQuery> queries, SearchQuery search) {
      this.queries = queries;
      this.search = search;
    }

    @Override
    public Pools ask(int topK, float minScore) {
      ResidualRows residual = new ResidualRows(caches, view);
      float[] vector = search.vector();
      String words = search.words();
      return new Pools(
          vector == null
              ? Candidates.NONE
              : SliceAsking.ask(
                  queries, new AskMeaning(indexes, residual, search, vector), topK, minScore),
          words == null
              ? Candidates.NONE
              : SliceAsking.ask(queries, new AskWords(indexes, residual, words), topK, minScore));
    }

    @Override
    public @Nullable RowFacts facts(Candidate candidate) {
      SliceQuery query = candidate.query();
      return indexes
          .ask(
              query.namespace(),
              query.slice(),
              index ->
                  index.judge(
                      Filter.ALL,
                      null,
                      judge -> Optional.ofNullable(judge.facts(candidate.memoryId()))))
          .orElse(null);
    }

    @Override
    public List<JoinedRow> rows(List<RankedMemory> asked, SearchResult.@Nullable Position after) {
      return rows.of(asked, after);
    }

    @Override
    public boolean isPartial() {
      return false;
    }
  }
}
