package io.rekindle.node.index;

import io.rekindle.node.access.filter.Filter.Literal;
import io.rekindle.node.model.EmbeddingModelId;
import io.rekindle.node.model.EmbeddingStatus;
import io.rekindle.node.model.MemoryColumns;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.Sensitivity;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Rows for the tests of this room. */
final class Rows {
  static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private Rows() {}

  static MemoryId id(int number) {
    return new MemoryId(new UUID(0x0190_0000_0000_7000L, 0x8000_0000_0000_0000L + number));
  }

  /** A row whose every text is of its own. */
  static IndexRow textRow(int number, long version, String text) {
    MemoryColumns columns =
        new MemoryColumns(
            id(number),
            "key " + text,
            List.of("path " + text),
            "agent " + text,
            "session " + text,
            "type " + text,
            List.of("tag " + text),
            Sensitivity.INTERNAL,
            0.5f,
            EmbeddingStatus.EMBEDDED,
            EmbeddingModelId.EXTERNAL,
            START,
            START,
            null,
            version,
            1);
    return new IndexRow(
        columns,
        Map.of(
            "first", new Literal.Text("one " + text), "second", new Literal.Text("two " + text)));
  }

  static IndexRow row(int number, long version, long contentVersion) {
    return row(number, version, contentVersion, "agent" + number % 7);
  }

  static IndexRow row(int number, long version, long contentVersion, String agentId) {
    Instant time = START.plusSeconds(number);
    return row(number, version, contentVersion, agentId, time, time);
  }

  static IndexRow row(
      int number,
      long version,
      long contentVersion,
      String agentId,
      Instant createdAt,
      Instant updatedAt) {
    MemoryColumns columns =
        new MemoryColumns(
            id(number),
            null,
            List.of(),
            agentId,
            null,
            "fact",
            List.of("n" + number % 3),
            Sensitivity.INTERNAL,
            0.5f,
            EmbeddingStatus.EMBEDDED,
            EmbeddingModelId.EXTERNAL,
            createdAt,
            updatedAt,
            null,
            version,
            contentVersion);
    return new IndexRow(columns, Map.of("n", new Literal.Numeric(number)));
  }
}
