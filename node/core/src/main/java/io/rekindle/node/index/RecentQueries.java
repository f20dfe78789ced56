package io.rekindle.node.index;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;

/** The last few queries, to measure recall by: stored vectors as queries flatter. Thread-safe. */
final class RecentQueries {
  private static final int KEPT = 128;

  private final AtomicReferenceArray<float[]> queries = new AtomicReferenceArray<>(KEPT);
  private final AtomicInteger next = new AtomicInteger();

  void add(float[] query) {
    queries.set(Math.floorMod(next.getAndIncrement(), KEPT), query.clone());
  }

  /** Whether there are as many as are kept. */
  boolean isFull() {
    return queries.get(KEPT - 1) != null;
  }

  List<float[]> list() {
    List<float[]> list = new ArrayList<>(KEPT);
    for (int i = 0; i < KEPT; i++) {
      float[] query = queries.get(i);
      if (query != null) {
        list.add(query);
      }
    }
    return list;
  }
}
