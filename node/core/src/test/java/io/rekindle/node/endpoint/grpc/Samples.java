package io.rekindle.node.endpoint.grpc;

import io.rekindle.node.model.AccessStats;
import io.rekindle.node.model.EmbeddingModelId;
import io.rekindle.node.model.EmbeddingStatus;
import io.rekindle.node.model.Memory;
import io.rekindle.node.model.MemoryColumns;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.MemoryPayload;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.model.Sensitivity;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** Values that replies are made of. */
final class Samples {
  static final MemoryId ID = new MemoryId(UUID.fromString("018f0000-0000-7000-8000-000000000001"));
  static final Instant TIME = Instant.parse("2026-05-01T10:00:00.123456Z");

  private Samples() {}

  static MemoryColumns columns() {
    return new MemoryColumns(
        ID,
        "ticket-7",
        List.of("a", "b"),
        "agent-1",
        "session-1",
        "fact",
        List.of("vip"),
        Sensitivity.CONFIDENTIAL,
        0.25f,
        EmbeddingStatus.EMBEDDED,
        EmbeddingModelId.BGE_SMALL_EN,
        TIME,
        TIME.plusSeconds(1),
        TIME.plusSeconds(60),
        3,
        2);
  }

  static Memory memory() {
    return memory("the text");
  }

  static Memory memory(String content) {
    return new Memory(
        NamespacePath.parse("company_a/support"),
        columns(),
        new MemoryPayload(content, "{\"a\":1}", "mail", "customer-9"),
        new AccessStats(5, TIME.plusSeconds(2)),
        null);
  }
}
