package io.rekindle.node.storage.memory;

import io.rekindle.node.access.Action;
import io.rekindle.node.access.Pass;
import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.index.RowFacts;
import io.rekindle.node.model.Limits;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.NamespaceSettings;
import io.rekindle.node.storage.SearchQuery;
import io.rekindle.node.storage.SearchResult;
import io.rekindle.node.storage.row.Caches;
import io.rekindle.node.storage.slice.SliceIndexes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds memories: every slice's indexes under both filters, the best of all together, then the
 * rows, tested again as they are now.
 */
final class SearchMemories {
  private static final int ROUNDS_MAX = 3;

  /** Candidates of each part of a hybrid search, at least; more gained nothing (FACTS). */
  private static final int POOL_MIN = 50;

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

  /** All parts in one order; the flags as in {@link Candidates}. */
  private record Ranked(List<RankedMemory> best, boolean more, boolean exact, boolean partial) {}

  SearchResult search(
      Pass pass,
      List<Namespace> namespaces,
      SearchQuery search,
      SearchResult.@Nullable Position after) {
    namespaces.forEach(namespace -> pass.check(Action.SEARCH, namespace.path()));
    float[] vector = search.vector();
    if (vector != null) {
      requireOneSpace(namespaces, vector);
    }
    List<SliceQuery> queries =
        SliceQuery.of(
            namespaces, space -> pass.rowFilter(space.path()), search.filter(), view.now());
    long indexNanos = 0;
    long joinNanos = 0;
    int topK = search.topK();
    int wanted = topK;
    for (int round = 1; ; round++) {
      long start = System.nanoTime();
      Ranked ranked = rank(queries, search, wanted);
      long asked = System.nanoTime();
      JoinRows.Joined joined = rows.join(ranked.best(), topK, after);
      indexNanos += asked - start;
      joinNanos += System.nanoTime() - asked;
      if (joined.isEnough(topK)
          || !ranked.more()
          || wanted == Limits.TOP_K_MAX
          || round == ROUNDS_MAX) {
        return new SearchResult(
            joined.hits(),
            joined.cut(),
            ranked.exact(),
            ranked.partial(),
            Duration.ofNanos(indexNanos),
            Duration.ofNanos(joinNanos));
      }
      // Rows changed between index and join: ask for more, so that the answer is not short.
      wanted = Math.min(Limits.TOP_K_MAX, wanted * 2);
    }
  }

  private Ranked rank(List<SliceQuery> queries, SearchQuery search, int wanted) {
    ResidualRows residual = new ResidualRows(caches, view);
    float[] vector = search.vector();
    String words = search.words();
    if (vector != null && words != null) {
      int pool = Math.clamp(wanted, POOL_MIN, Limits.TOP_K_MAX);
      return fuse(
          SliceAsking.ask(
              queries, new AskMeaning(indexes, residual, search, vector), pool, Float.NaN),
          SliceAsking.ask(queries, new AskWords(indexes, residual, words), pool, Float.NaN),
          search,
          pool);
    }
    boolean byMeaning = vector != null;
    SliceAsking.Part part =
        vector != null
            ? new AskMeaning(indexes, residual, search, vector)
            : new AskWords(indexes, residual, Objects.requireNonNull(words));
    Candidates found = SliceAsking.ask(queries, part, wanted, search.minScoreOrNaN());
    List<RankedMemory> ranked = new ArrayList<>();
    for (Candidate candidate : found.best()) {
      int rank = ranked.size() + 1;
      ranked.add(
          byMeaning
              ? RankedMemory.byMeaning(candidate, rank)
              : RankedMemory.byWords(candidate, rank));
    }
    return new Ranked(ranked, found.more(), found.exact(), found.partial());
  }

  private Ranked fuse(Candidates meaning, Candidates words, SearchQuery search, int pool) {
    Fusion fusion = new Fusion(search.weights(), search.asOf(), this::facts);
    List<RankedMemory> ranked =
        fusion.rank(
            meaning.best().stream().limit(pool).toList(),
            words.best().stream().limit(pool).toList());
    Float minScore = search.minScore();
    List<RankedMemory> good =
        minScore == null ? ranked : ranked.stream().filter(hit -> hit.score() >= minScore).toList();
    return new Ranked(
        good,
        // Where some are too low already, more candidates are not what is missing.
        good.size() == ranked.size() && (meaning.more() || words.more()),
        meaning.exact() && words.exact(),
        meaning.partial() || words.partial());
  }

  private @Nullable RowFacts facts(Candidate candidate) {
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

  /** Vectors of different models, dimensions or distances are never compared. */
  private static void requireOneSpace(List<Namespace> namespaces, float[] vector) {
    NamespaceSettings first = namespaces.getFirst().settings();
    for (Namespace namespace : namespaces) {
      NamespaceSettings settings = namespace.settings();
      if (!settings.embeddingModel().equals(first.embeddingModel())
          || settings.dimensions() != first.dimensions()
          || settings.distance() != first.distance()) {
        throw new RekindleException(
            ErrorCode.MODEL_MISMATCH,
            "the namespaces have different embedding models and cannot be searched together",
            Map.of("namespace", namespace.path().toString()));
      }
    }
    if (vector.length != first.dimensions()) {
      throw new RekindleException(
          ErrorCode.MODEL_MISMATCH,
          "the query vector has other dimensions than the namespace",
          Map.of(
              "field", "vector",
              "expected", Integer.toString(first.dimensions()),
              "actual", Integer.toString(vector.length)));
    }
  }
}
