package io.rekindle.node.model;

import io.rekindle.node.error.RekindleException;
import org.jspecify.annotations.Nullable;

/**
 * What decides the order of a search, and whether hits say so.
 *
 * @param words the text whose words count; null means the query's
 * @param weights of a hybrid search
 * @param explain whether hits say how they came to their place
 */
public record Ranking(
    SearchMode mode, @Nullable String words, HybridWeights weights, boolean explain) {
  public static final Ranking BY_MEANING =
      new Ranking(SearchMode.MEANING, null, HybridWeights.DEFAULT, false);

  public Ranking {
    if (words != null) {
      if (!mode.usesWords()) {
        throw RekindleException.invalid("words", "a search by meaning looks for no words");
      }
      if (words.isBlank()) {
        throw RekindleException.invalid("words", "a text must not be empty");
      }
      Limits.requireText("words", words, Limits.CONTENT_BYTES_MAX);
    }
    if (mode != SearchMode.HYBRID && !weights.equals(HybridWeights.DEFAULT)) {
      throw RekindleException.invalid("weights", "only the parts of a hybrid search have weights");
    }
  }
}
