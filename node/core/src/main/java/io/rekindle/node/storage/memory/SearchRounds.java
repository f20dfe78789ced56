package io.rekindle.node.storage.memory;

import io.rekindle.node.model.Limits;
import io.rekindle.node.model.Reply;
import io.rekindle.node.model.ReplyRoom;
import io.rekindle.node.storage.SearchQuery;
import io.rekindle.node.storage.SearchResult;
import io.rekindle.node.storage.memory.SearchSource.JoinedRow;
import io.rekindle.node.storage.memory.SearchSource.Pools;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes the answer of a search of what a source finds: one order of everything, then the rows, and
 * again with more candidates when too many rows changed in between. One search; one thread.
 */
final class SearchRounds {
  private static final int ROUNDS_MAX = 3;

  /** Candidates of each part of a hybrid search, at least; more gained nothing (FACTS). */
  private static final int POOL_MIN = 50;

  private final SearchQuery search;
  private final SearchResult.@Nullable Position after;
  private final SearchSource source;

  SearchRounds(SearchQuery search, SearchResult.@Nullable Position after, SearchSource source) {
    this.search = search;
    this.after = after;
    this.source = source;
  }

  /** All parts in one order; the flags as in {@link Candidates}. */
  private record Ranked(List<RankedMemory> best, boolean more, boolean exact, boolean partial) {}

  /**
   * The hits behind a place that fit into one answer.
   *
   * @param found hits there were, those before the place included
   * @param cut whether the answer had no room for the next one
   */
  private record Joined(List<Reply.Hit> hits, int found, boolean cut) {
    boolean isEnough(int topK) {
      return cut || found == topK;
    }
  }

  SearchResult run() {
    long indexNanos = 0;
    long joinNanos = 0;
    int topK = search.topK();
    int wanted = topK;
    for (int round = 1; ; round++) {
      long start = System.nanoTime();
      Ranked ranked = rank(wanted);
      long asked = System.nanoTime();
      Joined joined = join(ranked.best(), topK);
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
            ranked.partial() || source.isPartial(),
            Duration.ofNanos(indexNanos),
            Duration.ofNanos(joinNanos));
      }
      // Rows changed between index and join: ask for more, so that the answer is not short.
      wanted = Math.min(Limits.TOP_K_MAX, wanted * 2);
    }
  }

  private Ranked rank(int wanted) {
    boolean byMeaning = search.vector() != null;
    if (byMeaning && search.words() != null) {
      int pool = Math.clamp(wanted, POOL_MIN, Limits.TOP_K_MAX);
      return fuse(source.ask(pool, Float.NaN), pool);
    }
    Pools pools = source.ask(wanted, search.minScoreOrNaN());
    Candidates found = byMeaning ? pools.meaning() : pools.words();
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

  private Ranked fuse(Pools pools, int pool) {
    Candidates meaning = pools.meaning();
    Candidates words = pools.words();
    Fusion fusion = new Fusion(search.weights(), search.asOf(), source::facts);
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

  private Joined join(List<RankedMemory> best, int topK) {
    List<Reply.Hit> hits = new ArrayList<>();
    ReplyRoom room = new ReplyRoom();
    int found = 0;
    int next = 0;
    while (found < topK && next < best.size()) {
      List<RankedMemory> asked = best.subList(next, Math.min(best.size(), next + topK - found));
      List<JoinedRow> rows = source.rows(asked, after);
      for (JoinedRow row : rows) {
        found += row.there() ? 1 : 0;
        Reply.Hit hit = row.hit();
        if (hit != null) {
          if (!room.take(hit.memory())) {
            return new Joined(hits, found, true);
          }
          hits.add(hit);
        }
      }
      if (rows.size() < asked.size()) {
        return new Joined(hits, found, true);
      }
      next += asked.size();
    }
    return new Joined(hits, found, false);
  }
}
