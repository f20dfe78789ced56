package io.rekindle.node.storage;

import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.model.HybridWeights;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a search looks for: a meaning, words, or both, and then their ranks count together.
 *
 * @param vector the meaning, of the namespaces' dimensions, or null; not copied
 * @param words a text whose words are looked for, or null
 * @param topK 1 to 1,000
 * @param minScore of the score that decides the order; null for none
 * @param filter the caller's; ANDed to the pass's row filter
 * @param recallTarget how much of the exact answer by meaning is to be found on average, above 0 to
 *     1; 1 is all of it
 * @param weights of the parts, when there are both
 * @param asOf when the search began, from which recency counts; the same for all its pages
 */
public record SearchQuery(
    float @Nullable [] vector,
    @Nullable String words,
    int topK,
    @Nullable Float minScore,
    Filter filter,
    double recallTarget,
    HybridWeights weights,
    Instant asOf) {
  public SearchQuery {
    if (vector == null && words == null) {
      throw new IllegalArgumentException("a search looks for something");
    }
  }

  /** A search by meaning alone. */
  public static SearchQuery byMeaning(
      float[] vector, int topK, @Nullable Float minScore, Filter filter, double recallTarget) {
    return new SearchQuery(
        vector, null, topK, minScore, filter, recallTarget, HybridWeights.DEFAULT, Instant.EPOCH);
  }

  /** A search by words alone. */
  public static SearchQuery byWords(
      String words, int topK, @Nullable Float minScore, Filter filter) {
    return new SearchQuery(
        null, words, topK, minScore, filter, 1, HybridWeights.DEFAULT, Instant.EPOCH);
  }

  /** The lowest score of a hit, or NaN. */
  public float minScoreOrNaN() {
    return minScore == null ? Float.NaN : minScore;
  }
}
