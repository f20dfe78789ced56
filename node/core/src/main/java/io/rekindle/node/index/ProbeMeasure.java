package io.rekindle.node.index;

import io.rekindle.node.index.kmeans.Means;
import io.rekindle.node.index.scan.Kernel;
import io.rekindle.node.index.scan.Kernels;
import io.rekindle.node.index.scan.Scorer;
import io.rekindle.node.model.Distance;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Measures how many lists the nearest vectors of some queries need, by a scan of all vectors for
 * each: what is nearest is taken from int8 codes, near enough for that. Takes no lock. One thread.
 */
final class ProbeMeasure {
  private static final Kernel KERNEL = Kernels.best();
  private static final int BATCH = 64;

  /** Stored vectors taken as queries while there are no real ones. */
  static final int STORED = 48;

  private final Blocks<VectorBlock> vectors;
  private final Distance distance;
  private final int dimensions;
  private final ListCodes codes;
  private final BooleanSupplier stop;

  ProbeMeasure(
      Blocks<VectorBlock> vectors,
      Distance distance,
      int dimensions,
      ListCodes codes,
      BooleanSupplier stop) {
    this.vectors = vectors;
    this.distance = distance;
    this.dimensions = dimensions;
    this.codes = codes;
    this.stop = stop;
  }

  /** By queries that were asked; null when it was stopped. */
  @Nullable Probes byQueries(List<float[]> queries) {
    List<int[]> ranks = new ArrayList<>();
    for (float[] query : queries) {
      if (stop.getAsBoolean()) {
        return null;
      }
      ranks.add(ranks(query, -1));
    }
    return Probes.byQueries(codes.means().count(), ranks.toArray(int[][]::new));
  }

  /** By some of the stored vectors, each without itself; null when it was stopped. */
  @Nullable Probes byStored() {
    List<int[]> ranks = new ArrayList<>();
    int size = vectors.size();
    int step = Math.max(1, size / STORED);
    for (int ordinal = step / 2; ordinal < size; ordinal += step) {
      if (stop.getAsBoolean()) {
        return null;
      }
      VectorBlock block = vectors.of(ordinal);
      if (block.owner(vectors.slot(ordinal)) != 0) {
        float[] query = new float[dimensions];
        block.read(vectors.slot(ordinal), query);
        ranks.add(ranks(query, ordinal));
      }
    }
    return Probes.byStored(codes.means().count(), ranks.toArray(int[][]::new));
  }

  /** How many lists each of the nearest needs, nearest first. */
  private int[] ranks(float[] query, int self) {
    int[] order = codes.order(codes.encoder().rotatedQuery(query), codes.means().room());
    int[] rank = new int[order.length];
    for (int i = 0; i < order.length; i++) {
      rank[order[i]] = i + 1;
    }
    return nearest(query, self).stream()
        .map(codes::listsOf)
        .filter(lists -> lists != null)
        .mapToInt(lists -> least(rank, lists))
        .toArray();
  }

  private static int least(int[] rank, Means.Pair lists) {
    return Math.min(rank[lists.first()], rank[lists.second()]);
  }

  private List<Integer> nearest(float[] query, int self) {
    float[] unit = new Scorer(distance, query).unitQuery();
    double length = 0;
    for (float value : query) {
      length += (double) value * value;
    }
    length = Math.sqrt(length);
    PriorityQueue<Near> best = new PriorityQueue<>();
    float[] dots = new float[BATCH];
    int left = vectors.size();
    int first = 0;
    for (int number = 0; left > 0; number++) {
      VectorBlock block = vectors.block(number);
      int end = Math.min(left, block.capacity());
      for (int from = 0; from < end; from += BATCH) {
        int count = Math.min(BATCH, end - from);
        KERNEL.dots(unit, block.codes(), block.codeOffset(from), count, dots);
        for (int i = 0; i < count; i++) {
          if (block.owner(from + i) != 0 && first + from + i != self) {
            keep(best, score(block, from + i, dots[i], length), first + from + i);
          }
        }
      }
      left -= end;
      first += end;
    }
    List<Near> sorted = new ArrayList<>(best);
    sorted.sort(java.util.Comparator.reverseOrder());
    return sorted.stream().map(Near::ordinal).toList();
  }

  private double score(VectorBlock block, int slot, float dot, double length) {
    double product = block.scale(slot) * (double) dot;
    double norm = block.norm(slot);
    return distance == Distance.L2 ? 2 * length * product - norm * norm : product;
  }

  private static void keep(PriorityQueue<Near> best, double score, int ordinal) {
    if (best.size() < Probes.depthMax()) {
      best.add(new Near(score, ordinal));
    } else if (score > best.element().score()) {
      best.remove();
      best.add(new Near(score, ordinal));
    }
  }

  private record Near(double score, int ordinal) implements Comparable<Near> {
    @Override
    public int compareTo(Near other) {
      return Double.compare(score, other.score);
    }
  }
}
