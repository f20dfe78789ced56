package io.rekindle.node.maintenance.embedding;

import static io.rekindle.node.maintenance.embedding.EmbeddingFixture.PASS;
import static io.rekindle.node.maintenance.embedding.EmbeddingFixture.config;
import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.config.NodeConfig;
import io.rekindle.node.embedding.EmbeddingQueue;
import io.rekindle.node.model.EmbeddingModelId;
import io.rekindle.node.model.EmbeddingStatus;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.MemoryPatch;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.storage.Drafts;
import io.rekindle.node.storage.IndexMirror;
import io.rekindle.node.storage.PendingMemory;
import io.rekindle.node.storage.SharedNode;
import io.rekindle.node.storage.StorageNode;
import io.rekindle.node.storage.VectorStore;
import io.rekindle.node.storage.row.AccessRow;
import io.rekindle.node.storage.row.MemoryKey;
import io.rekindle.node.storage.row.MemoryRow;
import io.rekindle.node.storage.row.VectorKey;
import io.rekindle.node.telemetry.NodeMeters;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Rows and vectors in Ignite that do not fit, which only damage from outside can bring about. */
@Timeout(120)
class EmbeddingSweepIT {
  private static final StorageNode NODE = SharedNode.node();
  private static final VectorStore VECTORS = NODE.storage().vectors();

  private final Namespace space = SharedNode.freshNamespace(StorageNode.modelSettings(4));
  private final NodeConfig.Embedding config = config(Map.of());
  private final EmbeddingQueue queue = new EmbeddingQueue(config);
  private final EmbedOperation operation =
      new EmbedOperation(
          NODE.storage().namespaces(),
          VECTORS,
          EmbeddingFixture.models(
              new TestModel(
                  EmbeddingModelId.BGE_SMALL_EN,
                  StorageNode.DIMENSIONS,
                  text -> Drafts.vectorOf(text.hashCode()))),
          EmbeddingFixture.watch(),
          new NodeMeters(),
          _ -> {},
          PASS);
  private final EmbeddingPipeline pipeline =
      new EmbeddingPipeline(config, queue, AloneGrid.of(config, operation::run), (_, _) -> {});
  private final EmbeddingSweep sweep =
      new EmbeddingSweep(
          VECTORS, queue, pipeline, new NodeMeters(), NODE.clock, Duration.ofHours(24));

  @Test
  void aLostVectorIsMadeAgainAndWhatHasNoRowIsRemoved() throws Exception {
    MemoryId whole = embedded("whole");
    MemoryId lost = embedded("lost");
    VectorKey lostVector = new VectorKey(key(lost), 0);
    VectorKey orphan = new VectorKey(key(new MemoryId(UUID.randomUUID())), 0);
    VectorKey surplus = new VectorKey(key(whole), 1);
    var vector = NODE.caches().vector().get(new VectorKey(key(whole), 0));
    NODE.caches().vector().put(orphan, vector);
    NODE.caches().vector().put(surplus, vector);
    NODE.caches().accessCount().put(orphan.memoryKey(), new AccessRow(1, 1));
    NODE.caches().vector().remove(lostVector);

    sweep.runOnceOverAll(PASS);

    assertThat(status(lost)).isEqualTo(EmbeddingStatus.PENDING);
    assertThat(NODE.caches().vector().containsKey(orphan)).isFalse();
    assertThat(NODE.caches().vector().containsKey(surplus)).isFalse();
    assertThat(NODE.caches().accessCount().containsKey(orphan.memoryKey())).isFalse();

    while (status(lost) != EmbeddingStatus.EMBEDDED && queue.size() > 0) {
      pipeline.turn(Duration.ZERO);
    }

    assertThat(status(lost)).isEqualTo(EmbeddingStatus.EMBEDDED);
    assertThat(status(whole)).isEqualTo(EmbeddingStatus.EMBEDDED);
    assertThat(NODE.caches().vector().containsKey(lostVector)).isTrue();
    IndexMirror.check(NODE, space);
  }

  @Test
  void aMemoryWhoseTextDoesNotOpenFailsToo() {
    MemoryId id = stored("its payload will be another's");
    MemoryRow other = NODE.caches().memory().get(key(stored("another")));
    NODE.caches().memory().put(key(id), other);
    Instant before = NODE.clock.instant().minusMillis(1);

    assertThat(VECTORS.fail(PASS, space, id, VectorStore.ANY_CONTENT)).isTrue();

    List<PendingMemory> failed = new ArrayList<>();
    VECTORS.visitPending(PASS, EmbeddingStatus.FAILED, null, failed::add);
    assertThat(failed)
        .filteredOn(memory -> memory.memoryId().equals(id))
        .singleElement()
        .satisfies(memory -> assertThat(memory.failedAt()).isBetween(before, NODE.clock.instant()));
    NODE.caches().memory().remove(key(id));
  }

  @Test
  void onlyTheContentThatFailedFails() {
    MemoryId id = stored("first");
    var _ =
        NODE.storage()
            .memories()
            .update(
                PASS,
                space,
                id,
                null,
                Drafts.of("second").patch(MemoryPatch.Field.CONTENT),
                null,
                "test");

    assertThat(VECTORS.fail(PASS, space, id, 1)).isFalse();
    assertThat(status(id)).isEqualTo(EmbeddingStatus.PENDING);
    assertThat(VECTORS.fail(PASS, space, id, 2)).isTrue();
    assertThat(status(id)).isEqualTo(EmbeddingStatus.FAILED);
  }

  private MemoryId embedded(String content) {
    MemoryId id = stored(content);
    assertThat(
            VECTORS.complete(
                PASS,
                space,
                id,
                1,
                EmbeddingModelId.BGE_SMALL_EN,
                Drafts.chunks(Drafts.vectorOf(1))))
        .isTrue();
    return id;
  }

  private MemoryId stored(String content) {
    MemoryId id = new MemoryId(UUID.randomUUID());
    var _ =
        NODE.storage()
            .memories()
            .store(PASS, space, Drafts.of(content).draft(), id, null, null, "test");
    return id;
  }

  private EmbeddingStatus status(MemoryId id) {
    return NODE.storage().memories().get(PASS, space, id).columns().embeddingStatus();
  }

  private MemoryKey key(MemoryId id) {
    return new MemoryKey(space.sliceOf(id), id);
  }
}
