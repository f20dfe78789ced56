package io.rekindle.node.index;

import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.error.RekindleException;
import java.util.Random;

/** A search for something made up, so that the JVM compiles what real ones run. Thread-safe. */
public final class Rehearsal {
  private static final int TOP_K = 10;
  private static final Recall RECALL = new Recall(0.98);

  private Rehearsal() {}

  /**
   * Searches as most searches do, by codes where there are any; the index remembers nothing of it.
   *
   * @throws RekindleException {@code NOT_READY} when the index is closed
   */
  public static void of(SliceIndex index, Random random) {
    float[] query = new float[index.settings().dimensions()];
    for (int i = 0; i < query.length; i++) {
      query[i] = (float) random.nextGaussian();
    }
    VectorSearch search = index.question(query, TOP_K, Float.NaN, Filter.ALL);
    CodeBook<?> book = index.codes();
    // Recall is measured by the queries that an index remembers, for which this is none.
    RecentQueries forgotten = new RecentQueries();
    var _ =
        index.answer(
            () -> book == null ? search.exactly() : search.byCodes(book, RECALL, forgotten));
  }
}
