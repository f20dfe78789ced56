package io.rekindle.node.storage.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.access.filter.FilterParser;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.index.IndexRow;
import io.rekindle.node.index.IndexSettings;
import io.rekindle.node.index.MemoryBudget;
import io.rekindle.node.index.SliceIndex;
import io.rekindle.node.model.Distance;
import io.rekindle.node.model.EmbeddingModelId;
import io.rekindle.node.model.EmbeddingStatus;
import io.rekindle.node.model.MemoryColumns;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.NamespaceId;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.model.NamespaceSettings;
import io.rekindle.node.model.Sensitivity;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What a filter over undeclared metadata may cost: each row that it opens counts. */
class SliceQueryTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final int ROWS_MAX = 30_000;

  private static final Namespace SPACE =
      new Namespace(
          NamespaceId.of(UUID.randomUUID()),
          NamespacePath.parse("a"),
          new NamespaceSettings(
              EmbeddingModelId.EXTERNAL, 2, Distance.COSINE, List.of("declared"), false, 1),
          NOW,
          1);

  @Test
  void aFilterOpensThirtyThousandRowsOfAllSlicesTogetherAndNotOneMore() {
    SliceQuery query = query("agent_id = \"a1\" AND metadata.colour = \"red\"");
    assertThat(query.hasResidual()).isTrue();
    try (SliceIndex index = index()) {
      for (int i = 0; i < ROWS_MAX; i++) {
        index.putRow(row(i, "a1"));
        index.putRow(row(ROWS_MAX + i, "a2"));
      }
      assertThat(query.countToOpen(index, 0)).isEqualTo(ROWS_MAX);
      assertRefused(query, index, 1);

      index.putRow(row(2 * ROWS_MAX, "a1"));
      assertRefused(query, index, 0);
    }
  }

  @Test
  void whatTheIndexAnswersOpensNoRow() {
    assertThat(query("agent_id = \"a1\" AND metadata.declared = 1").hasResidual()).isFalse();
    assertThat(query("metadata.declared = 1 AND metadata.other = 1").hasResidual()).isTrue();
  }

  private static void assertRefused(SliceQuery query, SliceIndex index, long opened) {
    assertThatExceptionOfType(RekindleException.class)
        .isThrownBy(() -> query.countToOpen(index, opened))
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.LIMIT_EXCEEDED))
        .satisfies(
            e ->
                assertThat(e.details())
                    .containsEntry("field", "filter")
                    .containsEntry("path", "colour")
                    .containsEntry("limit", "30000")
                    .containsEntry("actual", "30001")
                    .containsEntry("unit", "rows"));
  }

  private static SliceQuery query(String filter) {
    return SliceQuery.of(
            SliceSelection.all(List.of(SPACE)), _ -> Filter.ALL, FilterParser.parse(filter), NOW)
        .getFirst();
  }

  private static SliceIndex index() {
    NamespaceSettings settings = SPACE.settings();
    return new SliceIndex(
        new IndexSettings(settings.dimensions(), settings.distance(), settings.declaredPaths()),
        new MemoryBudget(1L << 30));
  }

  private static IndexRow row(int number, String agentId) {
    MemoryColumns columns =
        new MemoryColumns(
            new MemoryId(new UUID(1, number)),
            null,
            List.of(),
            agentId,
            null,
            "fact",
            List.of(),
            Sensitivity.INTERNAL,
            0.5f,
            EmbeddingStatus.EMBEDDED,
            EmbeddingModelId.EXTERNAL,
            NOW,
            NOW,
            null,
            1,
            1);
    return new IndexRow(columns, Map.of());
  }
}
