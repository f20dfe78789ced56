package io.rekindle.node.index;

import io.rekindle.node.index.scan.Kernel;
import io.rekindle.node.index.scan.Kernels;
import io.rekindle.node.index.scan.Scorer;
import io.rekindle.node.model.Distance;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Measures how many lists the nearest vectors of some queries need, by one scan of all vectors for
 * all of them: what is nearest is taken from int8 codes, near enough for that. Takes no lock. One
 * thread.
 */
final class ProbeMeasure {
  private static final Kernel KERNEL = Kernels.best();
  private static final int BATCH = 64;
  private static final int NOBODY = -1;

  /** Stored vectors taken as queries while there are no real ones. */
  static final int STORED = 48;

  private final Blocks<VectorBlock> vectors;
  private final Distance distance;
  private final int dimensions;
  private final ListCodes codes;
  private final BooleanSupplier stop;

  // A batch: what the kernel says for the query that looks, and which slots hold a vector.
  private final float[] dots = new float[BATCH];
  private final boolean[] there = new boolean[BATCH];

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
    List<Seen> seen = queries.stream().map(query -> new Seen(query, NOBODY)).toList();
    return look(seen) ? Probes.byQueries(codes.means().count(), ranks(seen)) : null;
  }

  /** By some of the stored vectors, each without itself; null when it was stopped. */
  @Nullable Probes byStored() {
    List<Seen> seen = new ArrayList<>();
    int size = vectors.size();
    int step = Math.max(1, size / STORED);
    for (int ordinal = step / 2; ordinal < size; ordinal += step) {
      VectorBlock block = vectors.of(ordinal);
      if (block.owner(vectors.slot(ordinal)) != 0) {
        float[] query = new float[dimensions];
        block.read(vectors.slot(ordinal), query);
        seen.add(new Seen(query, ordinal));
      }
    }
    return look(seen) ? Probes.byStored(codes.means().count(), ranks(seen)) : null;
  }

  private int[][] ranks(List<Seen> seen) {
    return seen.stream().map(Seen::ranks).toArray(int[][]::new);
  }

  /** Shows every vector to every query, a few vectors at a time; false when it was stopped. */
  private boolean look(List<Seen> seen) {
    int left = vectors.size();
    int first = 0;
    for (int number = 0; left > 0; number++) {
      if (stop.getAsBoolean()) {
        return false;
      }
      VectorBlock block = vectors.block(number);
      int end = Math.min(left, block.capacity());
      for (int from = 0; from < end; from += BATCH) {
        int count = Math.min(BATCH, end - from);
        for (int i = 0; i < count; i++) {
          there[i] = block.owner(from + i) != 0;
        }
        for (Seen query : seen) {
          query.look(block, from, count, first + from);
        }
      }
      left -= end;
      first += end;
    }
    return true;
  }

  /** One query, and the nearest vectors that it has seen. */
  private final class Seen {
    private final float[] query;
    private final int self;
    private final float[] unit;
    private final double length;
    private final Candidates nearest = new Candidates(Probes.depthMax() + 1);

    /**
     * @param self the vector that the query is itself, or {@link #NOBODY}
     */
    Seen(float[] query, int self) {
      this.query = query;
      this.self = self;
      this.unit = new Scorer(distance, query).unitQuery();
      double squares = 0;
      for (float value : query) {
        squares += (double) value * value;
      }
      this.length = Math.sqrt(squares);
    }

    void look(VectorBlock block, int from, int count, int first) {
      KERNEL.dots(unit, block.codes(), block.codeOffset(from), count, dots);
      float threshold = nearest.threshold();
      for (int i = 0; i < count; i++) {
        float score = score(block, from + i, dots[i]);
        if (score > threshold && there[i]) {
          nearest.offer(score, first + i);
          threshold = nearest.threshold();
        }
      }
    }

    private float score(VectorBlock block, int slot, float dot) {
      double product = block.scale(slot) * (double) dot;
      double norm = block.norm(slot);
      return (float) (distance == Distance.L2 ? 2 * length * product - norm * norm : product);
    }

    /** How many lists each of the nearest needs, nearest first. */
    int[] ranks() {
      ListOrder order = codes.order(codes.encoder().rotatedQuery(query), codes.means().room());
      int[] rank = new int[order.count()];
      for (int i = 0; i < rank.length; i++) {
        rank[order.list(i)] = i + 1;
      }
      nearest.sort();
      return IntStream.iterate(nearest.size() - 1, at -> at >= 0, at -> at - 1)
          .map(nearest::ordinal)
          .filter(ordinal -> ordinal != self)
          .limit(Probes.depthMax())
          .mapToObj(codes::listsOf)
          .filter(Objects::nonNull)
          .mapToInt(lists -> Math.min(rank[lists.first()], rank[lists.second()]))
          .toArray();
    }
  }
}
