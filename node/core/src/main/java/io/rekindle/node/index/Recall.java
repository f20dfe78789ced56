package io.rekindle.node.index;

import org.jspecify.annotations.Nullable;

/**
 * How much of the exact answer a search by codes is to find on average.
 *
 * <p>What an estimate is off by is near to normally distributed, with a deviation that is known for
 * each vector and query. So a target is a number of deviations: a vector is left out only when its
 * estimate and that many of them do not reach the worst of the best, and one of these is left out
 * wrongly with the probability that the target leaves. That holds for any data; how many vectors
 * have to be judged for it, and so the time, is what depends on them.
 *
 * @param target above 0 to 1; from 0.9995 on the search is exact
 */
public record Recall(double target) {
  /** The whole answer. */
  public static final Recall EXACT = new Recall(1);

  private static final double[] TARGETS = {0.9, 0.95, 0.98, 0.99, 0.995, 0.999, 0.9995};

  // Of the normal distribution, for these.
  private static final double[] DEVIATIONS = {1.282, 1.645, 2.054, 2.326, 2.576, 3.09, 3.291};

  // Fewer would often need a second pass over the codes; measured, see docs/benchmarks.md.
  private static final int CANDIDATES_MIN = 150;
  private static final int CANDIDATES_MAX = 1 << 16;

  public Recall {
    if (!(target > 0 && target <= 1)) {
      throw new IllegalArgumentException("a recall is above 0 and at most 1");
    }
  }

  boolean isExact() {
    return target >= TARGETS[TARGETS.length - 1];
  }

  /** How many deviations a vector is given the benefit of; between two rows not too few. */
  double deviations() {
    int row = 0;
    while (row < TARGETS.length - 1 && TARGETS[row] < target) {
      row++;
    }
    if (row == 0) {
      return DEVIATIONS[0];
    }
    double below = Math.max(0, TARGETS[row] - target) / (TARGETS[row] - TARGETS[row - 1]);
    return DEVIATIONS[row] - below * (DEVIATIONS[row] - DEVIATIONS[row - 1]);
  }

  /**
   * What is to be found where a part of the answer is lost in any case, so that this much is found
   * on the whole; null when that takes more than half of what may be missing.
   *
   * @param loss the part that is lost
   */
  @Nullable Recall after(double loss) {
    return loss <= (1 - target) / 2 ? new Recall(target + loss) : null;
  }

  /**
   * Vectors that the first pass keeps for the best {@code topK} memories.
   *
   * @param chunks vectors of a memory on average: some of the best may be of one memory
   */
  static int candidates(int topK, double chunks) {
    return (int) Math.min(CANDIDATES_MIN + 2 * topK * Math.max(1, chunks), CANDIDATES_MAX);
  }
}
