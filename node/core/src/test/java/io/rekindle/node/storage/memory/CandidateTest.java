package io.rekindle.node.storage.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.model.EmbeddingModelId;
import io.rekindle.node.model.EmbeddingStatus;
import io.rekindle.node.model.MemoryColumns;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.NamespaceId;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.model.SearchPath;
import io.rekindle.node.model.Sensitivity;
import io.rekindle.node.model.SliceId;
import io.rekindle.node.storage.StorageNode;
import io.rekindle.node.storage.row.MemoryRow;
import io.rekindle.node.storage.row.RowPartners;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class CandidateTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final MemoryId ID = new MemoryId(new UUID(1, 2));

  private static Candidate candidate(long version, int chunk) {
    NamespaceId id = new NamespaceId(new UUID(1, 64));
    Namespace namespace =
        new Namespace(id, NamespacePath.parse("a/b"), StorageNode.externalSettings(), NOW, 1);
    SliceQuery query =
        new SliceQuery(namespace, SliceId.of(id, 0), Filter.ALL, Filter.ALL, Filter.ALL, false);
    return new Candidate(query, ID, 1, version, chunk, SearchPath.EXACT);
  }

  private static MemoryRow row(long version, long contentVersion) {
    return new MemoryRow(
        new MemoryColumns(
            ID,
            null,
            List.of(),
            null,
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
            version,
            contentVersion),
        RowPartners.NONE,
        new byte[0]);
  }

  @Test
  void byMeaningARowCountsUntilItsContentIsNewerThanTheRowThatWasJudged() {
    assertThat(candidate(5, 0).isOf(row(6, 5))).isTrue();
    assertThat(candidate(5, 0).isOf(row(6, 6))).isFalse();
  }

  @Test
  void byWordsARowCountsWhileItHasThatContent() {
    assertThat(candidate(5, Candidate.NO_CHUNK).isOf(row(9, 5))).isTrue();
    assertThat(candidate(5, Candidate.NO_CHUNK).isOf(row(9, 6))).isFalse();
    assertThat(candidate(5, Candidate.NO_CHUNK).isOf(row(1, 1))).isFalse();
  }
}
