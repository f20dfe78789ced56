package io.rekindle.node.storage.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.ChunkSpan;
import io.rekindle.node.model.EmbeddedChunk;
import io.rekindle.node.model.EmbeddingModelId;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.MemoryPatch;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.storage.Drafts;
import io.rekindle.node.storage.SearchQuery;
import io.rekindle.node.storage.SharedNode;
import io.rekindle.node.storage.StorageNode;
import io.rekindle.node.storage.row.MemoryKey;
import io.rekindle.node.storage.row.MemoryRow;
import io.rekindle.node.storage.row.VectorKey;
import io.rekindle.node.storage.row.VectorRow;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.apache.ignite.binary.BinaryObject;
import org.apache.ignite.binary.BinaryObjectBuilder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class MatchedChunksIT {
  private static final StorageNode NODE = SharedNode.node();
  private static final String CONTENT = "😀 first 漢字 then e\u0301 and 👩‍👩‍👧 at the end";

  private final Namespace space = SharedNode.freshNamespace(StorageNode.modelSettings(1));
  private final Namespace external = SharedNode.freshNamespace(StorageNode.externalSettings());
  private final MatchedChunks chunks = new MatchedChunks(NODE.caches());

  @Test
  void everyChunkIsFoundWhereItWasCut() {
    List<ChunkSpan> spans =
        List.of(new ChunkSpan(0, 0, 9), new ChunkSpan(1, 8, 20), new ChunkSpan(2, 20, 33));
    MemoryKey key = embedded(spans);
    for (int chunk = 0; chunk < spans.size(); chunk++) {
      assertThat(spanOf(key, chunk)).isEqualTo(spans.get(chunk));
    }
    assertThat(spanOf(key, 3)).isNull();
    assertThat(spanOf(key, -1)).isNull();
  }

  @Test
  void theOnlyChunkIsTheWholeContentAndItsVectorIsNotLookedAt() {
    MemoryKey key = embedded(List.of(new ChunkSpan(0, 0, 1)));
    int characters = CONTENT.codePointCount(0, CONTENT.length());
    NODE.caches().vector().remove(new VectorKey(key, 0));
    assertThat(spanOf(key, 0)).isEqualTo(new ChunkSpan(0, 0, characters));
    assertThat(characters).isLessThan(CONTENT.length());

    MemoryId brought = new MemoryId(UUID.randomUUID());
    store(external, Drafts.of(CONTENT).vector(Drafts.vectorOf(1)), brought);
    assertThat(spanOf(MemoryView.key(external, brought), 0))
        .isEqualTo(new ChunkSpan(0, 0, characters));
  }

  @Test
  void whatHasNoVectorsHasNoChunks() {
    MemoryId id = new MemoryId(UUID.randomUUID());
    store(space, Drafts.of(CONTENT), id);
    assertThat(spanOf(MemoryView.key(space, id), 0)).isNull();
  }

  @Test
  void chunksOfAnotherContentAreNotThese() {
    MemoryKey key = embedded(List.of(new ChunkSpan(0, 0, 9), new ChunkSpan(1, 9, 20)));
    MemoryRow before = row(key);
    var _ =
        NODE.storage()
            .memories()
            .update(
                StorageNode.PASS,
                space,
                key.memoryId(),
                null,
                Drafts.of("other").patch(MemoryPatch.Field.CONTENT),
                null,
                "test");
    complete(key.memoryId(), 2, List.of(new ChunkSpan(0, 0, 3), new ChunkSpan(1, 3, 5)));
    assertThat(chunks.spanOf(key, before, 1, CONTENT)).isNull();
    assertThat(chunks.spanOf(key, row(key), 1, "other")).isEqualTo(new ChunkSpan(1, 3, 5));
  }

  @Test
  void vectorsOfTheFormerFormatAreReadAndSayNothingOfWhereTheyLie() {
    MemoryKey key = embedded(List.of(new ChunkSpan(0, 0, 9), new ChunkSpan(1, 9, 20)));
    for (int chunk = 0; chunk < 2; chunk++) {
      rewrite(
          new VectorKey(key, chunk),
          builder -> builder.setField("format", (byte) 1).removeField("start").removeField("end"));
    }

    assertThat(spanOf(key, 1)).isNull();
    assertThat(
            NODE.storage()
                .memories()
                .search(
                    StorageNode.PASS,
                    List.of(space),
                    SearchQuery.byMeaning(
                        Drafts.vectorOf(1), 10, null, io.rekindle.node.access.filter.Filter.ALL, 1),
                    null)
                .hits())
        .extracting(hit -> hit.memory().memoryId())
        .containsExactly(key.memoryId());
  }

  @Test
  void aFormatOfALaterReleaseIsRefused() {
    MemoryKey key = embedded(List.of(new ChunkSpan(0, 0, 9), new ChunkSpan(1, 9, 20)));
    rewrite(new VectorKey(key, 1), builder -> builder.setField("format", (byte) 9));
    assertThatExceptionOfType(RekindleException.class)
        .isThrownBy(() -> spanOf(key, 1))
        .satisfies(
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.DATA_CORRUPTED);
              assertThat(e.details()).containsEntry("format", "9");
            });
    NODE.caches().memory().remove(key);
    NODE.caches().vector().remove(new VectorKey(key, 0));
    NODE.caches().vector().remove(new VectorKey(key, 1));
  }

  /** What another release would have written. */
  private static void rewrite(
      VectorKey key, java.util.function.UnaryOperator<BinaryObjectBuilder> change) {
    var binary = NODE.caches().vector().<VectorKey, BinaryObject>withKeepBinary();
    BinaryObject row = Objects.requireNonNull(binary.get(key));
    binary.put(key, change.apply(row.toBuilder()).build());
    assertThat(binary.get(key).type().typeName()).isEqualTo(VectorRow.class.getName());
  }

  private @Nullable ChunkSpan spanOf(MemoryKey key, int chunk) {
    return chunks.spanOf(key, row(key), chunk, CONTENT);
  }

  private static MemoryRow row(MemoryKey key) {
    return Objects.requireNonNull(NODE.caches().memory().get(key));
  }

  private MemoryKey embedded(List<ChunkSpan> spans) {
    MemoryId id = new MemoryId(UUID.randomUUID());
    store(space, Drafts.of(CONTENT), id);
    complete(id, 1, spans);
    return MemoryView.key(space, id);
  }

  private void complete(MemoryId id, long contentVersion, List<ChunkSpan> spans) {
    List<EmbeddedChunk> embedded =
        spans.stream()
            .map(span -> new EmbeddedChunk(span, Drafts.vectorOf(span.chunk() + 1)))
            .toList();
    assertThat(
            NODE.storage()
                .vectors()
                .complete(
                    StorageNode.PASS,
                    space,
                    id,
                    contentVersion,
                    EmbeddingModelId.BGE_SMALL_EN,
                    embedded))
        .isTrue();
  }

  private static void store(Namespace space, Drafts draft, MemoryId id) {
    var _ =
        NODE.storage()
            .memories()
            .store(StorageNode.PASS, space, draft.draft(), id, null, null, "test");
  }
}
