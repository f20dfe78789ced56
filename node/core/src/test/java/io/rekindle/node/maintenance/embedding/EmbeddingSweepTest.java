package io.rekindle.node.maintenance.embedding;

import static io.rekindle.node.maintenance.embedding.EmbeddingFixture.A;
import static io.rekindle.node.maintenance.embedding.EmbeddingFixture.B;
import static io.rekindle.node.maintenance.embedding.EmbeddingFixture.PASS;
import static io.rekindle.node.maintenance.embedding.EmbeddingFixture.config;
import static io.rekindle.node.maintenance.embedding.EmbeddingFixture.memories;
import static io.rekindle.node.maintenance.embedding.EmbeddingFixture.memory;
import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.config.NodeConfig;
import io.rekindle.node.embedding.EmbeddingQueue;
import io.rekindle.node.embedding.EmbeddingQueue.Waiting;
import io.rekindle.node.model.EmbeddingModelId;
import io.rekindle.node.model.EmbeddingStatus;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.storage.VectorStore;
import io.rekindle.node.storage.VectorStore.SweepResult;
import io.rekindle.node.telemetry.NodeMeters;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The sweep with the pipeline that it feeds, over rows in a map. */
class EmbeddingSweepTest {
  private static final Duration DAY = Duration.ofHours(24);
  private static final NodeConfig.Embedding CONFIG =
      config(Map.of("queue-max", "8", "batch-items-max", "4", "attempts-max", "2"));

  private Instant now = Instant.parse("2026-03-01T10:00:00Z");
  private final EmbeddingFixture.NanoClock nanos = new EmbeddingFixture.NanoClock();
  private final FakeNamespaces namespaces = new FakeNamespaces();
  private final FakeVectors vectors = new FakeVectors(() -> now);
  private final NodeMeters meters = new NodeMeters();
  private final EmbeddingQueue queue = new EmbeddingQueue(CONFIG);
  private int calls;
  private Runnable meanwhile = () -> {};
  private final EmbedOperation operation =
      new EmbedOperation(
          namespaces,
          vectors,
          EmbeddingFixture.models(new TestModel(EmbeddingModelId.BGE_SMALL_EN, 2, this::embedText)),
          EmbeddingFixture.watch(),
          meters,
          _ -> {},
          PASS);
  private final EmbeddingPipeline pipeline =
      new EmbeddingPipeline(
          CONFIG, queue, AloneGrid.of(CONFIG, operation::run), this::giveUp, nanos);
  private final EmbeddingSweep sweep =
      new EmbeddingSweep(vectors, queue, pipeline, meters, () -> now, DAY);

  @Test
  void aQueueThatOverflowedLosesNothing() throws Exception {
    add(memories(A, 100));

    int rounds = 0;
    while (!vectors.waiting.isEmpty() && rounds++ < 200) {
      sweep.offerPending(PASS);
      pipeline.turn(Duration.ZERO);
    }

    assertThat(vectors.embedded).hasSize(100);
  }

  @Test
  void aRootWithManyThatWaitDoesNotHideTheNextOne() throws Exception {
    add(memories(A, 3_000));
    add(List.of(memory(B, 7)));

    sweep.offerPending(PASS);
    pipeline.turn(Duration.ZERO);

    assertThat(vectors.embedded).containsKey(memory(B, 7).memoryId());
  }

  @Test
  void aFullQueueEndsTheRound() {
    for (char root = 'a'; root <= 'z'; root++) {
      add(memories(NamespacePath.parse("root_" + root), 8));
    }

    sweep.offerPending(PASS);

    assertThat(queue.size()).isEqualTo(8);
    assertThat(queue.isFull()).isTrue();
    assertThat(vectors.visited).isLessThan(50);
  }

  @Test
  void whatFailedIsTriedAgainOnceADay() throws Exception {
    add(memory(1), "poison");
    exhaust();
    assertThat(status(memory(1))).isEqualTo(EmbeddingStatus.FAILED);
    assertThat(calls).isEqualTo(2);

    now = now.plus(DAY).minusSeconds(1);
    exhaust();
    assertThat(calls).isEqualTo(2);

    now = now.plusSeconds(1);
    exhaust();
    assertThat(calls).isEqualTo(4);

    now = now.plus(DAY).minusSeconds(1);
    exhaust();
    assertThat(calls).as("not before another day is over").isEqualTo(4);
  }

  @Test
  void howeverManyHaveFailedTheOthersHaveTheirTurn() throws Exception {
    Waiting behind = memory(1_000_000);
    addFailed(behind, "good");
    now = now.plus(Duration.ofHours(1));
    memories(A, 250_000).forEach(item -> addFailed(item, "poison"));
    now = now.plus(DAY).minus(Duration.ofHours(1));

    for (int round = 0; round < 3; round++) {
      sweep.offerPending(PASS);
    }
    pipeline.turn(Duration.ZERO);

    assertThat(vectors.embedded).containsOnlyKeys(behind.memoryId());
  }

  @Test
  void rootsThatFailAgainAndAgainAndFillTheQueueDoNotHideTheNextOne() throws Exception {
    int number = 0;
    for (char root = 'a'; root <= 'd'; root++) {
      for (int i = 0; i < 100; i++) {
        add(numbered("root_" + root, number++), "poison");
      }
    }
    Waiting behind = numbered("root_e", number);
    add(behind, "good");

    for (int round = 0; round < 100; round++) {
      sweep.offerPending(PASS);
      pipeline.turn(Duration.ZERO);
      pipeline.turn(Duration.ZERO);
    }

    assertThat(vectors.embedded).containsOnlyKeys(behind.memoryId());
  }

  @Test
  void aRoundThatComesToTheEndGoesOnAtTheBeginning() throws Exception {
    for (int number = 0; number < 10; number++) {
      add(numbered("root_a", number), "good");
    }
    for (int number = 10; number < 15; number++) {
      add(numbered("root_" + number, number), "good");
    }
    sweep.offerPending(PASS);
    assertThat(queue.isFull()).as("before the last").isTrue();
    pipeline.turn(Duration.ZERO);
    pipeline.turn(Duration.ZERO);
    assertThat(vectors.waiting).hasSize(7);

    sweep.offerPending(PASS);
    pipeline.turn(Duration.ZERO);
    pipeline.turn(Duration.ZERO);

    assertThat(vectors.embedded)
        .containsKeys(numbered("root_14", 14).memoryId(), numbered("root_a", 4).memoryId());
  }

  private static Waiting numbered(String root, int number) {
    return new Waiting(NamespacePath.parse(root), new MemoryId(new UUID(0, number)));
  }

  private void addFailed(Waiting item, String content) {
    add(item, content);
    giveUp(item, VectorStore.ANY_CONTENT);
  }

  @Test
  void newContentHasAllItsAttempts() throws Exception {
    add(memory(1), "poison");
    sweep.offerPending(PASS);
    pipeline.turn(Duration.ZERO);
    vectors.update(namespaces.get(PASS, A), memory(1), "poison");
    queue.offer(A, memory(1).memoryId());

    pipeline.turn(Duration.ZERO);
    assertThat(status(memory(1))).isEqualTo(EmbeddingStatus.PENDING);

    nanos.pass(Duration.ofMinutes(5));
    pipeline.turn(Duration.ZERO);
    assertThat(status(memory(1))).isEqualTo(EmbeddingStatus.FAILED);
    assertThat(calls).isEqualTo(3);
  }

  @Test
  void contentThatComesDuringTheLastAttemptOfTheFormerDoesNotFailWithIt() throws Exception {
    add(memory(1), "poison");
    sweep.offerPending(PASS);
    pipeline.turn(Duration.ZERO);
    nanos.pass(Duration.ofMinutes(5));
    meanwhile = () -> vectors.update(namespaces.get(PASS, A), memory(1), "good");

    pipeline.turn(Duration.ZERO);

    assertThat(calls).isEqualTo(2);
    assertThat(status(memory(1))).isEqualTo(EmbeddingStatus.PENDING);
  }

  @Test
  void whatTheRetriesHoldIsLeftToThem() throws Exception {
    add(memory(1), "poison");
    sweep.offerPending(PASS);
    pipeline.turn(Duration.ZERO);
    assertThat(pipeline.retrying()).isEqualTo(1);

    sweep.offerPending(PASS);

    assertThat(queue.size()).isZero();
  }

  @Test
  void everyPartitionHasItsTurnAndWhatWasMendedIsCounted() {
    vectors.toMend.put(5, new SweepResult(2, 1));
    vectors.toMend.put(500, new SweepResult(0, 4));

    int mended = 0;
    for (int round = 0; round < 16; round++) {
      mended += sweep.run(PASS);
    }

    assertThat(vectors.swept).containsExactlyElementsOf(IntStream.range(0, 512).boxed().toList());
    assertThat(mended).isEqualTo(7);
    assertThat(meters.scrape()).contains("rekindle_vectors_lost_total 2.0");
  }

  @Test
  void afterAStartEveryPartitionIsComparedAtOnce() {
    sweep.runOnceOverAll(PASS);

    assertThat(vectors.swept).containsExactlyElementsOf(IntStream.range(0, 512).boxed().toList());
  }

  /** Sweeps and works, over as many pauses as all the attempts take. */
  private void exhaust() throws InterruptedException {
    for (int i = 0; i < 6; i++) {
      sweep.offerPending(PASS);
      pipeline.turn(Duration.ZERO);
      nanos.pass(Duration.ofMinutes(5));
    }
  }

  private float[] embedText(String text) {
    calls++;
    meanwhile.run();
    if (text.equals("poison")) {
      throw new IllegalStateException("the native code did not like it");
    }
    return new float[] {1, 1};
  }

  private void giveUp(Waiting item, long contentVersion) {
    var _ =
        vectors.fail(PASS, namespaces.get(PASS, item.namespace()), item.memoryId(), contentVersion);
  }

  private EmbeddingStatus status(Waiting item) {
    return Objects.requireNonNull(vectors.waiting.get(item.memoryId())).status();
  }

  private void add(List<Waiting> items) {
    items.forEach(item -> add(item, "good"));
  }

  private void add(Waiting item, String content) {
    vectors.add(namespaces.add(item.namespace()), item, content);
  }
}
