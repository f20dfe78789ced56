package io.rekindle.node.index.words;

import java.util.concurrent.ConcurrentHashMap;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReader;

/**
 * Where the rows of a segment's documents were found last: 4 bytes a document, for as long as the
 * segment lives. What is remembered may be out of date: whoever uses it finds out. Thread-safe:
 * numbers are written whole, and a lost one is looked up again.
 */
final class RowPlaces {
  private final ConcurrentHashMap<IndexReader.CacheKey, int[]> bySegment =
      new ConcurrentHashMap<>();

  /** One more than the place of each document's row; 0 where it is not known. */
  int[] of(LeafReader segment) {
    IndexReader.CacheHelper core = segment.getCoreCacheHelper();
    if (core == null) {
      throw new IllegalStateException("a segment that can't be told from others");
    }
    return bySegment.computeIfAbsent(
        core.getKey(),
        key -> {
          core.addClosedListener(bySegment::remove);
          return new int[segment.maxDoc()];
        });
  }

  long bytes() {
    return bySegment.values().stream().mapToLong(places -> (long) places.length * 4).sum();
  }
}
