package io.rekindle.node.model;

import io.rekindle.node.error.RekindleException;
import java.time.Duration;

/**
 * How much the parts of a hybrid search count, each from 0 to {@value #WEIGHT_MAX}.
 *
 * @param recencyHalfLife the age at which recency counts half
 */
public record HybridWeights(
    double meaning, double words, double recency, Duration recencyHalfLife, double importance) {
  public static final int WEIGHT_MAX = 100;
  public static final Duration HALF_LIFE_DEFAULT = Duration.ofDays(30);
  private static final Duration HALF_LIFE_MAX = Duration.ofDays(3_650);

  /** Meaning and words alike, nothing else. */
  public static final HybridWeights DEFAULT = new HybridWeights(1, 1, 0, HALF_LIFE_DEFAULT, 0);

  public HybridWeights {
    requireWeight("weights.meaning", meaning);
    requireWeight("weights.words", words);
    requireWeight("weights.recency", recency);
    requireWeight("weights.importance", importance);
    if (meaning + words + recency + importance == 0) {
      throw RekindleException.invalid("weights", "at least one weight is above 0");
    }
    if (recencyHalfLife.compareTo(Duration.ofSeconds(1)) < 0
        || recencyHalfLife.compareTo(HALF_LIFE_MAX) > 0) {
      throw RekindleException.invalid(
          "weights.recency_half_life", "recency_half_life is from 1 second to 3650 days");
    }
  }

  private static void requireWeight(String field, double weight) {
    if (!(weight >= 0 && weight <= WEIGHT_MAX)) {
      throw RekindleException.invalid(field, "a weight is from 0 to 100");
    }
  }

  /** All weights together. */
  public double sum() {
    return meaning + words + recency + importance;
  }
}
