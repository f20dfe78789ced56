package io.rekindle.node.access.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.EmbeddingModelId;
import io.rekindle.node.model.EmbeddingStatus;
import io.rekindle.node.model.MemoryColumns;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.Sensitivity;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MemoryFilterRowTest {
  private static final Instant TIME = Instant.parse("2026-01-31T12:00:00.123456Z");
  private static final MemoryColumns COLUMNS =
      new MemoryColumns(
          MemoryId.parse("0197a5d0-0000-7000-8000-00000000000a"),
          "order 7",
          List.of("team", "a/b"),
          "a7",
          null,
          "fact",
          List.of("vip"),
          Sensitivity.CONFIDENTIAL,
          0.7f,
          EmbeddingStatus.PENDING,
          EmbeddingModelId.BGE_SMALL_EN,
          TIME,
          TIME.plusSeconds(1),
          null,
          3,
          2);
  private static final String METADATA =
      """
      {"order": {"status": "open", "total": 12.5, "paid": false, "note": null, "lines": [1]},
       "a.b": "hidden", "kind": "x", "größe": 4}
      """;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "memory_id = 0197a5d0-0000-7000-8000-00000000000a",
        "external_key = 'order 7' AND agent_id = a7 AND memory_type = fact",
        "sensitivity = confidential AND sensitivity > internal AND sensitivity < restricted",
        "importance = 0.7 AND importance >= 0.7 AND importance <= 0.7",
        "has_embedding = false AND embedding_status = pending AND version = 3",
        "created_at = 2026-01-31T12:00:00.123456Z AND updated_at > 2026-01-31T12:00:01Z",
        "tags:vip AND tags:* AND path:* AND path:team AND path:'team/a\\/b'",
        "metadata.order.status = open AND metadata.order.total > 12 AND metadata.kind:*",
        "metadata.order.paid = false AND metadata.order.paid:*",
      })
  void aRowPasses(String filter) {
    assertThat(passes(filter)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "session_id = x",
        "session_id != x",
        "session_id:*",
        "expires_at > 2000-01-01T00:00:00Z",
        "expires_at <= 2000-01-01T00:00:00Z",
        "tags:vi",
        "path:'a/b'",
        "path:team/a",
        "path:team/a/b",
        "metadata.order:*",
        "metadata.order.note:*",
        "metadata.order.note != x",
        "metadata.order.lines:*",
        "metadata.order.total != '12.5'",
        "metadata.order.status != 5",
        "metadata.a.b:*",
        "metadata.kind.deeper:*",
      })
  void aRowWithoutSuchAValueDoesNotPassWhateverTheOperator(String filter) {
    assertThat(passes(filter)).isFalse();
    assertThat(passes("NOT " + filter)).isTrue();
  }

  @Test
  void metadataIsFetchedOnceAndOnlyWhenAFilterReadsIt() {
    AtomicInteger fetched = new AtomicInteger();
    FilterRow row =
        new MemoryFilterRow(
            COLUMNS,
            () -> {
              fetched.incrementAndGet();
              return METADATA;
            });

    FilterEvaluator.test(FilterParser.parse("tags:other AND metadata.kind = x"), row);
    assertThat(fetched).hasValue(0);
    FilterEvaluator.test(FilterParser.parse("metadata.kind = x AND metadata.no = x"), row);
    assertThat(fetched).hasValue(1);
  }

  @Test
  void aRowWithoutMetadataHasNoValueAtAnyPath() {
    FilterRow row = MemoryFilterRow.of(COLUMNS, null);

    assertThat(FilterEvaluator.test(FilterParser.parse("metadata.kind:*"), row)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[1]", "{\"canary\": ", "canary"})
  void storedMetadataThatCannotBeReadIsDamage(String json) {
    assertThatThrownBy(() -> MetadataValues.read(json))
        .isInstanceOfSatisfying(
            RekindleException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.DATA_CORRUPTED);
              assertThat(e.describe()).doesNotContain("canary");
            });
  }

  private static boolean passes(String filter) {
    return FilterEvaluator.test(FilterParser.parse(filter), MemoryFilterRow.of(COLUMNS, METADATA));
  }
}
