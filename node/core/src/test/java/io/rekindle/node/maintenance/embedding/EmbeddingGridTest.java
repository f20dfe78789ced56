package io.rekindle.node.maintenance.embedding;

import static io.rekindle.node.maintenance.embedding.EmbeddingFixture.memories;
import static io.rekindle.node.maintenance.embedding.EmbeddingFixture.memory;
import static io.rekindle.node.maintenance.embedding.FakeOthers.throwing;
import static io.rekindle.node.storage.VectorStore.ANY_CONTENT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.rekindle.node.cluster.SliceCalls;
import io.rekindle.node.config.NodeConfig;
import io.rekindle.node.embedding.EmbeddingQueue.Waiting;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.EmbeddingModelId;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.telemetry.NodeMeters;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Where a batch goes, and where it goes next. */
@Timeout(60)
class EmbeddingGridTest {
  private static final EmbeddingModelId ANOTHER = new EmbeddingModelId("another");
  private static final List<Waiting> BATCH = memories(EmbeddingFixture.A, 3);

  private final EmbeddingFixture.NanoClock clock = new EmbeddingFixture.NanoClock();
  private final FakeOthers others = new FakeOthers();
  private final List<List<Waiting>> here = new ArrayList<>();
  private final List<MemoryId> news = new ArrayList<>();
  private final NodeMeters meters = new NodeMeters();
  private boolean well = true;

  private static RekindleException busy() {
    return new RekindleException(ErrorCode.NOT_READY, "busy", Map.of("reason", "busy"));
  }

  private static RekindleException late() {
    return new RekindleException(ErrorCode.DEADLINE_EXCEEDED, "it did not answer in time");
  }

  private EmbeddingGrid grid(String role) {
    return grid(EmbeddingFixture.config(Map.of("role", role, "workers", "1", "taken-max", "1")));
  }

  private EmbeddingGrid grid(NodeConfig.Embedding config) {
    return new EmbeddingGrid(config, new Here(), others, news::add, meters, clock);
  }

  /** Has the default model; memories of B have another one, numbers from 100 on are gone. */
  private final class Here implements EmbeddingGrid.Node {
    @Override
    public byte[] embed(byte[] batch) {
      here.add(EmbedCallCodec.read(batch));
      return FakeOthers.allDone(batch);
    }

    @Override
    public boolean has(EmbeddingModelId model) {
      return model.equals(EmbeddingModelId.BGE_SMALL_EN);
    }

    @Override
    public boolean isWell() {
      return well;
    }

    @Override
    public @Nullable EmbeddingModelId modelOf(Waiting item) {
      if (item.memoryId().value().getLeastSignificantBits() >= 100) {
        return null;
      }
      return item.namespace().equals(EmbeddingFixture.A) ? EmbeddingModelId.BGE_SMALL_EN : ANOTHER;
    }
  }

  private static void assertDone(Carried carried) {
    assertThat(carried.failed()).isEmpty();
    assertThat(carried.untaken()).isEmpty();
  }

  private double meter(String name) {
    return meters
        .scrape()
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
        .sum();
  }

  @Test
  void aWorkerOfThisNodeAsksNobody() {
    others.add("b", FakeOthers::allDone);
    for (String role : List.of("any", "own")) {
      assertDone(grid(role).embedHere(BATCH));
    }
    assertThat(others.asked).isEmpty();
    assertThat(here).containsExactly(BATCH, BATCH);
  }

  @Test
  void whatIsSentIsEmbeddedThereAndWhoWaitsIsTold() {
    others.add("b", FakeOthers::allDone);
    assertDone(grid("any").send(BATCH));
    assertThat(here).isEmpty();
    assertThat(news).containsExactlyElementsOf(BATCH.stream().map(Waiting::memoryId).toList());
    assertThat(meter("rekindle_embedding_batches_sent_total")).isEqualTo(1);
  }

  @Test
  void whatFailsThereIsAnAttemptOfThatTextAlone() {
    others.add("b", _ -> EmbedCallCodec.writeFailures(new TreeMap<>(Map.of(1, 7L))));
    Carried carried = grid("none").send(BATCH);
    assertThat(carried.failed()).isEqualTo(Map.of(1, 7L));
    assertThat(carried.untaken()).isEmpty();
  }

  @Test
  void theNextNodeGetsWhatOneRefusesOrIsLostWithAndNoAttemptCounts() {
    others.add("busy", throwing(busy()));
    others.add("gone", throwing(new RekindleException(ErrorCode.NOT_READY, "a node is gone")));
    others.add("late", throwing(late()));
    others.add("well", FakeOthers::allDone);
    assertDone(grid("none").send(BATCH));
    assertThat(others.asked).containsExactly("busy", "gone", "late", "well");
    assertThat(meter("rekindle_embedding_failovers_total")).as("who refuses is well").isEqualTo(2);
  }

  @Test
  void whatNoNodeTakesIsUntakenOrEmbeddedHere() {
    others.add("busy", throwing(busy()));
    Carried carried = grid("none").send(BATCH);
    assertThat(carried.failed()).isEmpty();
    assertThat(carried.untaken()).containsExactly(0, 1, 2);
    assertDone(grid("own").send(BATCH));
    assertThat(here).containsExactly(BATCH);
  }

  @Test
  void aBatchThatTwoNodesWereLostWithGoesToNoThirdOne() {
    others.add("lost", throwing(SliceCalls.lost(new IllegalStateException("it died"))));
    others.add("late", throwing(late()));
    others.add("well", FakeOthers::allDone);
    Carried carried = grid("any").send(BATCH);
    assertThat(others.asked).containsExactly("lost", "late");
    assertThat(carried.failed()).isEqualTo(Map.of(0, ANY_CONTENT, 1, ANY_CONTENT, 2, ANY_CONTENT));
    assertThat(carried.untaken()).isEmpty();
    assertThat(here).isEmpty();
  }

  @Test
  void anErrorThatIsNotOfTheNodeIsAnAttempt() {
    others.add("b", throwing(new RekindleException(ErrorCode.INTERNAL, "it failed to answer")));
    others.add("c", FakeOthers::allDone);
    assertThat(grid("none").send(BATCH).failed()).hasSize(3);
    assertThat(others.asked).containsExactly("b");
  }

  @Test
  void eachModelGoesToANodeThatHasIt() {
    others.add("b", ANOTHER, FakeOthers::allDone);
    List<Waiting> mixed = List.of(memory(1), memory(EmbeddingFixture.B, 1), memory(2), memory(100));
    assertDone(grid("any").embedHere(mixed));
    assertThat(here).containsExactly(List.of(memory(1), memory(2)));
    assertThat(others.asked).containsExactly("b");
    assertThat(news).containsExactly(memory(EmbeddingFixture.B, 1).memoryId());
  }

  @Test
  void theModelThatNobodyHasIsMissedHereAndNotElsewhere() {
    others.add("b", FakeOthers::allDone);
    List<Waiting> foreign = List.of(memory(EmbeddingFixture.B, 1));
    assertDone(grid("any").embedHere(foreign));
    assertThat(here).as("its texts fail here, with the reason").containsExactly(foreign);
    assertThat(grid("none").send(foreign).untaken()).containsExactly(0);
    assertThat(others.asked).isEmpty();
  }

  @Test
  void aNodeThatRefusesRestsAMoment() {
    others.add("b", throwing(busy()));
    EmbeddingGrid grid = grid("none");
    assertThat(grid.maySend()).isTrue();
    var _ = grid.send(BATCH);
    assertThat(grid.maySend()).isFalse();
    clock.pass(Duration.ofSeconds(1));
    assertThat(grid.maySend()).isTrue();
  }

  @Test
  void oneBatchAtMostIsBackFromTheOthers() throws Exception {
    others.add("b", throwing(busy()));
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    EmbeddingGrid grid = slow(begun, go);
    FutureTask<Carried> first = new FutureTask<>(() -> grid.send(BATCH));
    Thread.ofPlatform().daemon().start(first);
    await(begun);

    clock.pass(Duration.ofSeconds(1));
    assertThat(grid.maySend()).as("though all workers are busy, and b has rested").isFalse();
    go.countDown();
    assertDone(first.get());
  }

  /** Says that it has begun with a batch, and ends with it when it may. */
  private EmbeddingGrid slow(CountDownLatch begun, CountDownLatch go) {
    return new EmbeddingGrid(
        EmbeddingFixture.config(Map.of("workers", "1", "taken-max", "1")),
        AloneGrid.here(
            batch -> {
              begun.countDown();
              await(go);
              return FakeOthers.allDone(batch);
            }),
        others,
        news::add,
        meters,
        clock);
  }

  @Test
  void nobodyEmbedsIsSaid() {
    assertThat(grid("none").embedders()).isZero();
    assertThat(grid("own").embedders()).isEqualTo(1);
    assertThat(grid("none").maySend()).isFalse();
    others.add("b", FakeOthers::allDone);
    assertThat(grid("none").embedders()).isEqualTo(1);
    assertThat(grid("any").embedders()).isEqualTo(2);
    assertThat(grid("any").maySend()).as("its worker is idle").isFalse();
  }

  @Test
  void onlyTheRoleAnyTakesBatchesOfOthersAndNotMoreThanThereIsRoomFor() throws Exception {
    byte[] message = EmbedCallCodec.write(BATCH);
    assertRefused(grid("own"), message);
    assertRefused(grid("none"), message);
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    EmbeddingGrid grid = slow(begun, go);
    FutureTask<byte[]> first = new FutureTask<>(() -> grid.take(message));
    Thread.ofPlatform().daemon().start(first);
    await(begun);
    others.add("b", FakeOthers::allDone);
    assertThat(grid.maySend()).as("all workers are busy").isTrue();
    assertRefused(grid, message);
    go.countDown();
    assertThat(first.get()).isEmpty();
    assertThat(grid.take(message)).isEmpty();
    assertThat(meter("rekindle_embedding_batches_taken_total")).isEqualTo(2);
  }

  @Test
  void aNodeOnWhichModelsHangTakesNothing() {
    EmbeddingGrid grid = grid("any");
    byte[] message = EmbedCallCodec.write(BATCH);
    well = false;
    assertRefused(grid, message);
    well = true;
    assertThat(grid.take(message)).isEmpty();
  }

  @Test
  void aNodeThatStopsRefusesAndCountsNoAttempt() {
    byte[] failure = EmbedCallCodec.writeFailures(new TreeMap<>(Map.of(0, 1L)));
    EmbeddingGrid[] self = new EmbeddingGrid[1];
    self[0] =
        AloneGrid.of(
            EmbeddingFixture.config(Map.of()),
            _ -> {
              self[0].close();
              return failure;
            });
    byte[] message = EmbedCallCodec.write(BATCH);
    assertRefused(self[0], message);
    assertRefused(self[0], message);
  }

  private static void assertRefused(EmbeddingGrid grid, byte[] message) {
    assertThatExceptionOfType(RekindleException.class)
        .isThrownBy(() -> grid.take(message))
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_READY));
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
