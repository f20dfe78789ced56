package io.rekindle.cli.bench.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;

/**
 * The exact nearest memories of some queries, under each of several filters. Immutable.
 *
 * <p>One pass over the vectors answers all: each is made or read, compared with all queries at
 * once, and forgotten. So a million vectors take no heap, and about as long as they take to make.
 * Query {@code q} is asked of the namespace {@code q % namespaces}.
 */
public final class GroundTruth {
  /** Scores this near are equal: the node adds the same products in another order. */
  static final float TIE = 1e-6f;

  private static final int PIECE = 1_000;

  private final DataSet data;
  private final List<Share> shares;
  private final float[][] queries;
  private final Best[][] best;

  private GroundTruth(DataSet data, List<Share> shares, float[][] queries, Best[][] best) {
    this.data = data;
    this.shares = shares;
    this.queries = queries;
    this.best = best;
  }

  /**
   * Computes it, with as many threads as there are processors.
   *
   * @param progress is told, by several threads, how many memories were compared
   */
  public static GroundTruth compute(
      DataSet data, List<Share> shares, int queryCount, int topK, LongConsumer progress)
      throws InterruptedException {
    float[][] queries = new float[queryCount][];
    for (int q = 0; q < queryCount; q++) {
      queries[q] = data.source().query(q);
    }
    Pass pass = new Pass(data, shares, queries, topK);
    Best[][] best = none(shares.size(), queryCount, topK);
    AtomicLong next = new AtomicLong();
    int threads = Runtime.getRuntime().availableProcessors();
    try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
      List<Future<Best[][]>> parts = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        parts.add(executor.submit(() -> pass.run(next, progress)));
      }
      for (Future<Best[][]> part : parts) {
        add(best, part.get());
      }
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException cause
          ? cause
          : new IllegalStateException("exact answers were not computed", e);
    }
    return new GroundTruth(data, List.copyOf(shares), queries, best);
  }

  private static Best[][] none(int shares, int queries, int topK) {
    Best[][] none = new Best[shares][queries];
    for (Best[] row : none) {
      for (int q = 0; q < queries; q++) {
        row[q] = new Best(topK);
      }
    }
    return none;
  }

  private static void add(Best[][] sum, Best[][] part) {
    for (int s = 0; s < sum.length; s++) {
      for (int q = 0; q < sum[s].length; q++) {
        sum[s][q].offerAll(part[s][q]);
      }
    }
  }

  /** How many queries it has answers for. */
  public int queries() {
    return queries.length;
  }

  /** The exact answer, best first. */
  public int[] nearest(Share share, int query) {
    return best(share, query).numbers();
  }

  private Best best(Share share, int query) {
    int at = shares.indexOf(share);
    if (at < 0) {
      throw new IllegalArgumentException("there are no exact answers for " + share);
    }
    return best[at][query];
  }

  /** How much of the exact answer was found, 0 to 1; of equally near ones any counts. */
  public double recall(Share share, int query, Collection<Integer> found) {
    Best exact = best(share, query);
    if (exact.size() == 0) {
      return 1;
    }
    long right = found.stream().distinct().filter(n -> isNear(share, query, n, exact)).count();
    return Math.min(1.0, (double) right / exact.size());
  }

  private boolean isNear(Share share, int query, int number, Best exact) {
    return number >= 0
        && number < data.memories()
        && data.ordinal(number) == query % data.namespaces()
        && share.passes(number)
        && UnitVectors.dot(queries[query], data.source().memory(number)) >= exact.worst() - TIE;
  }

  /** What every thread does with the pieces that it takes. */
  private static final class Pass {
    private final DataSet data;
    private final List<Share> shares;
    private final int queryCount;
    private final int topK;

    /** By dimension, then by query, so that the processor compares several queries at once. */
    private final float[][] turned;

    private Pass(DataSet data, List<Share> shares, float[][] queries, int topK) {
      this.data = data;
      this.shares = shares;
      this.queryCount = queries.length;
      this.topK = topK;
      turned = new float[data.source().dimensions()][queryCount];
      for (int d = 0; d < turned.length; d++) {
        for (int q = 0; q < queryCount; q++) {
          turned[d][q] = queries[q][d];
        }
      }
    }

    private Best[][] run(AtomicLong next, LongConsumer progress) {
      Best[][] found = none(shares.size(), queryCount, topK);
      float[] scores = new float[queryCount];
      while (true) {
        long from = next.getAndAdd(PIECE);
        if (from >= data.memories()) {
          return found;
        }
        int to = (int) Math.min(from + PIECE, data.memories());
        for (int number = (int) from; number < to; number++) {
          judge(number, scores, found);
        }
        progress.accept(to);
      }
    }

    private void judge(int number, float[] scores, Best[][] found) {
      int ordinal = data.ordinal(number);
      if (ordinal >= queryCount) {
        return;
      }
      Arrays.fill(scores, 0);
      float[] vector = data.source().memory(number);
      for (int d = 0; d < vector.length; d++) {
        addScaled(scores, turned[d], vector[d]);
      }
      for (int s = 0; s < found.length; s++) {
        if (shares.get(s).passes(number)) {
          for (int q = ordinal; q < queryCount; q += data.namespaces()) {
            found[s][q].offer(number, scores[q]);
          }
        }
      }
    }

    private static void addScaled(float[] sums, float[] values, float scale) {
      for (int i = 0; i < sums.length; i++) {
        sums[i] += scale * values[i];
      }
    }
  }
}
