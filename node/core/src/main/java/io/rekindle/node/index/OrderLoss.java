package io.rekindle.node.index;

import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.index.scan.Scorer;
import io.rekindle.node.model.Distance;
import io.rekindle.node.model.MemoryId;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * Measures what part of the best memories is lost when the order is that of int8 vectors: for each
 * of some queries, one scan of all and a read of the few exact vectors that may be among the best.
 * Takes no lock. One thread.
 */
final class OrderLoss {
  private static final int TOP_K = 10;

  /** Each takes a scan. */
  private static final int QUERIES_MAX = 64;

  private final SliceTables tables;
  private final ExactVectors exact;
  private final Distance distance;
  private final BooleanSupplier stop;

  /**
   * @param stop asked now and then whether to give up
   */
  OrderLoss(SliceTables tables, ExactVectors exact, Distance distance, BooleanSupplier stop) {
    this.tables = tables;
    this.exact = exact;
    this.distance = distance;
    this.stop = stop;
  }

  /**
   * The part that is lost by a search for some of these queries or for stored vectors, with one
   * more than was counted: few looks that found none mean few, not none. All of it when it was
   * stopped.
   *
   * @param found how many of the best of each are found for certain: a stored vector finds itself
   * @throws io.rekindle.node.error.RekindleException when a vector cannot be read
   */
  double of(List<float[]> among, int found) {
    List<float[]> queries = among.subList(0, Math.min(QUERIES_MAX, among.size()));
    int best = -found * queries.size();
    int lost = 1;
    for (float[] query : queries) {
      if (stop.getAsBoolean()) {
        return 1;
      }
      Candidates contenders = new Candidates(VectorSearch.RESCORED_MAX);
      Scorer scorer = new Scorer(distance, query);
      CompiledFilter all = new FilterCompiler(tables).compile(Filter.ALL);
      TopMemories lows = new TopMemories(TOP_K + found, Float.NaN);
      VectorScan.withoutFloats(tables, scorer, all, lows, contenders).all();
      TopMemories exactly = new TopMemories(TOP_K + found, Float.NaN);
      new Rescoring(tables, exact, scorer, all).run(contenders, exactly);
      TopMemories nearly = new TopMemories(TOP_K + found, Float.NaN);
      VectorScan again = VectorScan.withoutFloats(tables, scorer, all, nearly, null);
      again.again();
      for (int i = 0; i < contenders.size(); i++) {
        again.one(contenders.ordinal(i));
      }
      Set<MemoryId> missed = ids(exactly);
      best += missed.size();
      missed.removeAll(ids(nearly));
      lost += missed.size();
    }
    return Math.min(1, lost / Math.max(1.0, best));
  }

  private static Set<MemoryId> ids(TopMemories top) {
    Set<MemoryId> ids = new HashSet<>();
    top.hits().forEach(hit -> ids.add(hit.memoryId()));
    return ids;
  }
}
