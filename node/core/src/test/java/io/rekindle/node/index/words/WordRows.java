package io.rekindle.node.index.words;

import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.index.IndexRow;
import io.rekindle.node.index.IndexSettings;
import io.rekindle.node.index.MemoryBudget;
import io.rekindle.node.index.RowContent;
import io.rekindle.node.index.SliceIndex;
import io.rekindle.node.model.Distance;
import io.rekindle.node.model.EmbeddingModelId;
import io.rekindle.node.model.EmbeddingStatus;
import io.rekindle.node.model.MemoryColumns;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.Sensitivity;
import io.rekindle.node.model.WordLanguage;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.lucene.store.ByteBuffersDirectory;

/** A slice of rows and its words, as storage keeps them together. */
final class WordRows implements AutoCloseable {
  static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  final SliceIndex index =
      new SliceIndex(new IndexSettings(2, Distance.COSINE, List.of()), new MemoryBudget(1 << 24));
  final WordIndex words = new WordIndex(new ByteBuffersDirectory(), WordLanguage.ENGLISH);

  static MemoryId id(int number) {
    return new MemoryId(new UUID(0x0190_0000_0000_7000L, 0x8000_0000_0000_0000L + number));
  }

  static RowContent content(int number, long version) {
    UUID id = id(number).value();
    return new RowContent(
        id.getMostSignificantBits(),
        id.getLeastSignificantBits(),
        version,
        START.getEpochSecond() * 1_000_000);
  }

  /** A row without its words. */
  void putRow(int number, long version) {
    MemoryColumns columns =
        new MemoryColumns(
            id(number),
            null,
            List.of(),
            number % 2 == 0 ? "even" : "odd",
            null,
            "fact",
            List.of(),
            Sensitivity.INTERNAL,
            0.5f,
            EmbeddingStatus.PENDING,
            EmbeddingModelId.EXTERNAL,
            START,
            START,
            null,
            version,
            version);
    index.putRow(new IndexRow(columns, Map.of()));
  }

  void put(int number, long version, String text) {
    putRow(number, version);
    words.put(content(number, version), text);
  }

  /** Of what is there now. */
  List<WordHit> search(String text, int topK, Filter filter) {
    words.refresh();
    return searchUnrefreshed(text, topK, filter);
  }

  List<WordHit> searchUnrefreshed(String text, int topK, Filter filter) {
    return index.judge(filter, null, judge -> words.search(text, topK, Float.NaN, judge, -1));
  }

  /** By somebody who sees no others than those that pass. */
  List<WordHit> searchBySeen(String text, Filter filter) {
    words.refresh();
    long seen = index.count(filter);
    return index.judge(filter, null, judge -> words.search(text, 10, Float.NaN, judge, seen));
  }

  @Override
  public void close() {
    words.close();
    index.close();
  }
}
