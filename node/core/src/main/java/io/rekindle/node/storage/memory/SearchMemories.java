package io.rekindle.node.storage.memory;

import io.rekindle.node.access.Action;
import io.rekindle.node.access.Pass;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.index.IndexAnswer;
import io.rekindle.node.index.IndexHit;
import io.rekindle.node.index.Recall;
import io.rekindle.node.index.RowPosition;
import io.rekindle.node.index.SliceIndex;
import io.rekindle.node.model.Limits;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.NamespaceSettings;
import io.rekindle.node.model.Reply;
import io.rekindle.node.model.ReplyRoom;
import io.rekindle.node.storage.SearchResult;
import io.rekindle.node.storage.VectorQuery;
import io.rekindle.node.storage.row.Caches;
import io.rekindle.node.storage.row.MemoryKey;
import io.rekindle.node.storage.row.MemoryRow;
import io.rekindle.node.storage.slice.SliceIndexes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds the nearest memories: every slice's index under both filters, the best of all together,
 * then the rows, tested again as they are now.
 */
final class SearchMemories {
  private static final int ROUNDS_MAX = 3;
  private static final Comparator<Candidate> BEST_FIRST =
      Comparator.comparingDouble((Candidate candidate) -> candidate.hit().score())
          .reversed()
          .thenComparing(candidate -> candidate.hit().memoryId());

  private final Caches caches;
  private final SliceIndexes indexes;
  private final MemoryView view;

  SearchMemories(Caches caches, SliceIndexes indexes, MemoryView view) {
    this.caches = caches;
    this.indexes = indexes;
    this.view = view;
  }

  private record Candidate(SliceQuery query, IndexHit hit) {}

  /** What the indexes gave; {@code more} when a slice may have had more than it was asked for. */
  private record Candidates(List<Candidate> best, boolean more, boolean exact, boolean partial) {}

  SearchResult search(
      Pass pass,
      List<Namespace> namespaces,
      VectorQuery query,
      SearchResult.@Nullable Position after) {
    namespaces.forEach(namespace -> pass.check(Action.SEARCH, namespace.path()));
    requireOneSpace(namespaces, query.vector());
    List<SliceQuery> queries =
        SliceQuery.of(
            namespaces, space -> pass.rowFilter(space.path()), query.filter(), view.now());
    long indexNanos = 0;
    long joinNanos = 0;
    int topK = query.topK();
    int wanted = topK;
    for (int round = 1; ; round++) {
      long start = System.nanoTime();
      Candidates candidates = ask(queries, query, wanted);
      long asked = System.nanoTime();
      Joined joined = join(candidates.best(), topK, after);
      indexNanos += asked - start;
      joinNanos += System.nanoTime() - asked;
      if (joined.isEnough(topK)
          || !candidates.more()
          || wanted == Limits.TOP_K_MAX
          || round == ROUNDS_MAX) {
        return new SearchResult(
            joined.hits(),
            joined.cut(),
            candidates.exact(),
            candidates.partial(),
            Duration.ofNanos(indexNanos),
            Duration.ofNanos(joinNanos));
      }
      // Rows changed between index and join: ask for more, so that the answer is not short.
      wanted = Math.min(Limits.TOP_K_MAX, wanted * 2);
    }
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

  private Candidates ask(List<SliceQuery> queries, VectorQuery wanted, int topK) {
    List<Candidate> all = new ArrayList<>();
    boolean more = false;
    boolean exact = true;
    boolean partial = false;
    Opened opened = new Opened();
    for (SliceQuery query : queries) {
      try {
        IndexAnswer answer =
            indexes.ask(
                query.namespace(),
                query.slice(),
                index -> askSlice(query, index, wanted, topK, opened));
        answer.hits().forEach(hit -> all.add(new Candidate(query, hit)));
        more |= answer.hits().size() == topK;
        exact &= answer.exact();
      } catch (RekindleException e) {
        if (e.code() != ErrorCode.NOT_READY || queries.size() == 1) {
          throw e;
        }
        partial = true;
      }
    }
    all.sort(BEST_FIRST);
    return new Candidates(all, more, exact, partial);
  }

  /** Rows that a residual has opened in this request. */
  private static final class Opened {
    final Map<SliceQuery, Long> bySlice = new HashMap<>();

    long exceptFor(SliceQuery query) {
      return bySlice.entrySet().stream()
          .filter(entry -> !entry.getKey().slice().equals(query.slice()))
          .mapToLong(Map.Entry::getValue)
          .sum();
    }
  }

  private IndexAnswer askSlice(
      SliceQuery query, SliceIndex index, VectorQuery wanted, int topK, Opened opened) {
    float minScore = wanted.minScore() == null ? Float.NaN : wanted.minScore();
    if (!query.hasResidual()) {
      Recall recall = new Recall(wanted.recallTarget());
      return index.search(wanted.vector(), topK, minScore, query.answered(), recall);
    }
    long before = opened.exceptFor(query);
    opened.bySlice.put(query, query.countToOpen(index, before) - before);
    List<MemoryId> among = new ArrayList<>();
    for (RowPosition row : index.select(query.answered(), null, Limits.FILTER_OPEN_ROWS_MAX)) {
      MemoryKey key = new MemoryKey(query.slice(), row.memoryId());
      if (view.find(query.namespace(), key, caches.memory().get(key), query.filter()) != null) {
        among.add(row.memoryId());
      }
    }
    return new IndexAnswer(
        index.searchAmong(wanted.vector(), among, topK, minScore, query.answered()), true);
  }

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

  private Joined join(List<Candidate> best, int topK, SearchResult.@Nullable Position after) {
    List<Reply.Hit> hits = new ArrayList<>();
    ReplyRoom room = new ReplyRoom();
    int found = 0;
    for (Candidate candidate : best) {
      if (found == topK) {
        break;
      }
      Reply.Hit hit = findHit(candidate);
      if (hit == null) {
        continue;
      }
      found++;
      if (after == null || after.isBefore(hit)) {
        if (!room.take(hit.memory())) {
          return new Joined(hits, found, true);
        }
        hits.add(hit);
      }
    }
    return new Joined(hits, found, false);
  }

  /** The row as it is now, unless it changed so that the hit is none any more. */
  private Reply.@Nullable Hit findHit(Candidate candidate) {
    SliceQuery query = candidate.query();
    IndexHit hit = candidate.hit();
    MemoryKey key = new MemoryKey(query.slice(), hit.memoryId());
    MemoryRow row = caches.memory().get(key);
    if (row != null && row.contentVersion() > hit.version()) {
      return null;
    }
    MemoryView.Opened opened = view.find(query.namespace(), key, row, query.filter());
    if (opened == null || !opened.columns().hasEmbedding()) {
      return null;
    }
    return new Reply.Hit(
        view.memory(query.namespace(), key, opened),
        hit.score(),
        similarity(query.namespace().settings(), hit.score()));
  }

  /** The score mapped to 0..1, higher is better. */
  static float similarity(NamespaceSettings settings, float score) {
    return switch (settings.distance()) {
      case COSINE -> Math.clamp((1 + score) / 2, 0f, 1f);
      case DOT -> (float) (1 / (1 + Math.exp(-score)));
      case L2 -> 1 / (1 - score);
    };
  }
}
