package io.rekindle.node.maintenance.embedding;

import static io.rekindle.node.maintenance.embedding.EmbeddingFixture.A;
import static io.rekindle.node.maintenance.embedding.EmbeddingFixture.B;
import static io.rekindle.node.maintenance.embedding.EmbeddingFixture.PASS;
import static io.rekindle.node.maintenance.embedding.EmbeddingFixture.memories;
import static io.rekindle.node.maintenance.embedding.EmbeddingFixture.memory;
import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.config.NodeConfig;
import io.rekindle.node.embedding.EmbeddingQueue;
import io.rekindle.node.embedding.EmbeddingQueue.Waiting;
import io.rekindle.node.model.EmbeddingModelId;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.telemetry.NodeMeters;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Two companies on one node, of which one stores ten thousand memories: with the default limits.
 */
class FairnessTest {
  private static final int MANY = 9_000;

  private final NodeConfig.Embedding config = EmbeddingFixture.config(Map.of());
  private final FakeNamespaces namespaces = new FakeNamespaces();
  private final FakeVectors vectors = new FakeVectors(InstantSource.system());
  private final EmbeddingQueue queue = new EmbeddingQueue(config);
  private final List<Integer> batches = new ArrayList<>();
  private final EmbedOperation operation =
      new EmbedOperation(
          namespaces,
          vectors,
          EmbeddingFixture.models(
              new TestModel(EmbeddingModelId.BGE_SMALL_EN, 2, _ -> new float[] {1, 1})),
          EmbeddingFixture.watch(),
          new NodeMeters(),
          _ -> {},
          PASS);
  private final EmbeddingPipeline pipeline =
      new EmbeddingPipeline(
          config,
          queue,
          AloneGrid.of(
              config,
              message -> {
                batches.add(EmbedCallCodec.read(message).size());
                return operation.run(message);
              }),
          (_, _) -> {});
  private final EmbeddingSweep sweep =
      new EmbeddingSweep(
          vectors, queue, pipeline, new NodeMeters(), InstantSource.system(), Duration.ofHours(24));

  @Test
  void oneMemoryOfAnotherCompanyIsInTheNextBatch() throws Exception {
    memories(A, MANY).forEach(item -> store(item));
    assertThat(queue.size()).as("the share of one root").isEqualTo(config.queueMax() / 2);
    pipeline.turn(Duration.ZERO);

    assertThat(store(memory(B, 0))).isTrue();
    pipeline.turn(Duration.ZERO);

    assertThat(vectors.embedded).containsKey(memory(B, 0).memoryId());
    assertThat(batches).containsExactly(config.batchItemsMax(), config.batchItemsMax());
  }

  @Test
  void whatTheSweepOffersAgainTakesNobodysTurn() throws Exception {
    memories(A, MANY).forEach(item -> store(item));
    for (int i = 0; i < 20; i++) {
      sweep.offerPending(PASS);
      pipeline.turn(Duration.ZERO);
      sweep.offerPending(PASS);
      assertThat(queue.isFull()).isFalse();
      assertThat(store(memory(B, i))).isTrue();
      pipeline.turn(Duration.ZERO);
      assertThat(vectors.embedded).containsKey(memory(B, i).memoryId());
    }
  }

  @Test
  void manyRootsThatFillTheQueueLeaveRoomForTheNext() throws Exception {
    for (int company = 0; company < 8; company++) {
      memories(NamespacePath.parse("company_" + company), MANY).forEach(item -> store(item));
    }
    Waiting late = memory(NamespacePath.parse("company_late/support"), 0);
    assertThat(store(late)).isTrue();
    pipeline.turn(Duration.ZERO);
    assertThat(vectors.embedded).containsKey(late.memoryId());
  }

  @Test
  void namespacesBelowOneRootShareItsTurn() throws Exception {
    for (int team = 0; team < 50; team++) {
      memories(NamespacePath.parse("company_a/team_" + team), 100).forEach(item -> store(item));
    }
    memories(B, 100).forEach(item -> store(item));
    pipeline.turn(Duration.ZERO);
    assertThat(vectors.embedded.keySet())
        .filteredOn(id -> memories(B, 100).stream().anyMatch(item -> item.memoryId().equals(id)))
        .hasSize(config.batchItemsMax() / 2);
  }

  private boolean store(Waiting item) {
    vectors.add(namespaces.add(item.namespace()), item, "good");
    return queue.offer(item.namespace(), item.memoryId());
  }
}
