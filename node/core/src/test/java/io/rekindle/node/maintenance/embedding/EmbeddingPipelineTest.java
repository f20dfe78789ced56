package io.rekindle.node.maintenance.embedding;

import static io.rekindle.node.maintenance.embedding.EmbeddingFixture.config;
import static io.rekindle.node.maintenance.embedding.EmbeddingFixture.memories;
import static io.rekindle.node.maintenance.embedding.EmbeddingFixture.memory;
import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.config.NodeConfig;
import io.rekindle.node.embedding.EmbeddingQueue;
import io.rekindle.node.embedding.EmbeddingQueue.Waiting;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.telemetry.NodeMeters;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The turns of a worker, taken one by one on the test's thread. */
@Timeout(60)
class EmbeddingPipelineTest {
  private static final NodeConfig.Embedding CONFIG =
      config(
          Map.of(
              "batch-items-max", "4",
              "queue-max", "8",
              "attempts-max", "3",
              "retry-first", "PT1S",
              "retry-max", "PT1M"));

  private final EmbeddingFixture.NanoClock clock = new EmbeddingFixture.NanoClock();
  private final EmbeddingQueue queue = new EmbeddingQueue(CONFIG);
  private final Set<Waiting> poison = new HashSet<>();
  private final List<List<Waiting>> batches = new ArrayList<>();
  private final List<Waiting> givenUp = new ArrayList<>();
  private final EmbeddingPipeline pipeline = pipeline(givenUp::add);

  @Test
  void aBatchIsNeverLargerThanItsMaximum() throws Exception {
    EmbeddingQueue large = new EmbeddingQueue(config(Map.of("batch-items-max", "4")));
    EmbeddingPipeline worker =
        new EmbeddingPipeline(
            CONFIG,
            large,
            AloneGrid.of(CONFIG, this::embed),
            (item, _) -> givenUp.add(item),
            clock);
    memories(EmbeddingFixture.A, 10).forEach(item -> offer(large, item));

    while (large.size() > 0) {
      worker.turn(Duration.ZERO);
    }

    assertThat(batches).extracting(List::size).containsExactly(4, 4, 2);
  }

  @Test
  void onlyWhatFailedIsTriedAgainAndNotBeforeItsPause() throws Exception {
    poison.add(memory(2));
    offer(memory(1), memory(2), memory(3));

    turn();
    assertThat(pipeline.retrying()).isEqualTo(1);
    assertThat(pipeline.holds(memory(2))).isTrue();
    assertThat(pipeline.holds(memory(1))).isFalse();

    turn();
    assertThat(batches).hasSize(1);

    clock.pass(Duration.ofSeconds(1));
    turn();
    assertThat(batches.getLast()).containsExactly(memory(2));
  }

  @Test
  void aRetryThatSucceedsForgetsTheFailures() throws Exception {
    poison.add(memory(1));
    offer(memory(1));
    turn();
    poison.clear();

    clock.pass(Duration.ofSeconds(1));
    turn();

    assertThat(batches).hasSize(2);
    assertThat(pipeline.holds(memory(1))).isFalse();
  }

  @Test
  void afterItsLastAttemptAMemoryIsGivenUpOnce() throws Exception {
    poison.add(memory(2));
    offer(memory(1), memory(2));

    for (int i = 0; i < 10; i++) {
      turn();
      clock.pass(Duration.ofMinutes(1));
    }

    assertThat(givenUp).containsExactly(memory(2));
    assertThat(batches).hasSize(3);
    assertThat(pipeline.retrying()).isZero();
  }

  @Test
  void aCallThatThrowsIsAnAttemptOfEach() throws Exception {
    UnaryOperator<byte[]> unreachable =
        _ -> {
          throw new RekindleException(ErrorCode.NOT_READY, "another node could not be asked");
        };
    UnaryOperator<byte[]> broken =
        _ -> {
          throw new StackOverflowError();
        };
    for (UnaryOperator<byte[]> call : List.of(unreachable, broken)) {
      EmbeddingPipeline failing =
          new EmbeddingPipeline(
              CONFIG, queue, AloneGrid.of(CONFIG, call), (item, _) -> givenUp.add(item), clock);
      givenUp.clear();
      offer(memory(1), memory(2));

      for (int i = 0; i < 3; i++) {
        assertThat(givenUp).isEmpty();
        failing.turn(Duration.ZERO);
        clock.pass(Duration.ofMinutes(1));
      }

      assertThat(givenUp).containsExactlyInAnyOrder(memory(1), memory(2));
    }
  }

  @Test
  void oneThatCannotBeMarkedAsFailedDoesNotCostTheOthersTheirAttempts() throws Exception {
    List<Waiting> marked = new ArrayList<>();
    EmbeddingPipeline worker =
        pipeline(
            item -> {
              if (item.equals(memory(1))) {
                throw new RekindleException(ErrorCode.NAMESPACE_NOT_FOUND, "it is gone");
              }
              marked.add(item);
            });
    poison.addAll(List.of(memory(1), memory(2)));
    offer(memory(1), memory(2));

    for (int i = 0; i < 3; i++) {
      worker.turn(Duration.ZERO);
      clock.pass(Duration.ofMinutes(1));
    }

    assertThat(marked).containsExactly(memory(2));
  }

  @Test
  void aRetryThatFindsNoRoomIsOfferedWhenThereIsSome() throws Exception {
    poison.add(memory(0));
    offer(memory(0));
    turn();
    clock.pass(Duration.ofSeconds(1));
    // One root may fill half of the queue.
    offer(memory(1), memory(2), memory(3), memory(4));

    turn();
    assertThat(batches.getLast()).containsExactly(memory(1), memory(2), memory(3), memory(4));

    turn();
    assertThat(batches.getLast()).containsExactly(memory(0));
  }

  @Test
  void whatIsBeingEmbeddedNeedsNoOffer() throws Exception {
    List<Boolean> held = new ArrayList<>();
    EmbeddingPipeline[] self = new EmbeddingPipeline[1];
    self[0] =
        new EmbeddingPipeline(
            CONFIG,
            queue,
            AloneGrid.of(
                CONFIG,
                _ -> {
                  held.add(self[0].holds(memory(1)));
                  return EmbedCallCodec.writeFailures(new TreeMap<>());
                }),
            (item, _) -> givenUp.add(item),
            clock);
    offer(memory(1));

    self[0].turn(Duration.ZERO);

    assertThat(held).containsExactly(true);
    assertThat(self[0].holds(memory(1))).isFalse();
  }

  @Test
  void aWorkerOutlivesAnErrorAndEndsWhenClosed() throws Exception {
    CountDownLatch embedded = new CountDownLatch(1);
    NodeConfig.Embedding one =
        config(Map.of("attempts-max", "1", "workers", "1", "batch-items-max", "1"));
    EmbeddingQueue items = new EmbeddingQueue(one);
    EmbeddingPipeline running =
        new EmbeddingPipeline(
            one,
            items,
            AloneGrid.of(
                one,
                message -> {
                  SortedMap<Integer, Long> failed = new TreeMap<>();
                  if (EmbedCallCodec.read(message).contains(memory(1))) {
                    failed.put(0, 1L);
                  }
                  if (failed.isEmpty()) {
                    embedded.countDown();
                  }
                  return EmbedCallCodec.writeFailures(failed);
                }),
            (_, _) -> {
              throw new AssertionError("a bug of ours");
            });
    offer(items, memory(1));
    offer(items, memory(2));

    running.start();
    embedded.await();
    running.close();

    assertThat(items.offer(memory(3).namespace(), memory(3).memoryId())).isFalse();
  }

  @Test
  void whatNoNodeTakesIsNoAttemptHoweverOften() throws Exception {
    FakeOthers others = new FakeOthers();
    others.add(
        "b",
        FakeOthers.throwing(
            new RekindleException(ErrorCode.NOT_READY, "busy", Map.of("reason", "busy"))));
    EmbeddingPipeline sender = sender(config(Map.of("role", "none", "attempts-max", "2")), others);
    offer(memory(1), memory(2));

    for (int i = 0; i < 5; i++) {
      sender.sendTurn(Duration.ZERO);
      assertThat(others.asked).hasSize(i + 1);
      assertThat(sender.holds(memory(1))).isTrue();
      clock.pass(Duration.ofSeconds(1));
    }

    assertThat(givenUp).isEmpty();
    others.add("b", FakeOthers::allDone);
    sender.sendTurn(Duration.ZERO);
    assertThat(others.asked).hasSize(6);
    assertThat(sender.holds(memory(1))).isFalse();
  }

  @Test
  void whereNobodyEmbedsNothingLeavesTheQueue() throws Exception {
    EmbeddingPipeline sender = sender(config(Map.of("role", "none")), new FakeOthers());
    offer(memory(1), memory(2));

    sender.sendTurn(Duration.ZERO);

    assertThat(queue.size()).isEqualTo(2);
  }

  @Test
  void aSenderLeavesToItsOwnWorkersWhatTheyHaveTimeFor() throws Exception {
    FakeOthers others = new FakeOthers();
    others.add("b", FakeOthers::allDone);
    EmbeddingPipeline sender = sender(CONFIG, others);
    memories(EmbeddingFixture.A, 4).forEach(item -> offer(queue, item));

    sender.sendTurn(Duration.ZERO);

    assertThat(others.asked).isEmpty();
    assertThat(queue.size()).isEqualTo(4);
  }

  @Test
  void whileAllWorkersAreBusyWhatIsDueIsSent() throws Exception {
    FakeOthers others = new FakeOthers();
    others.add("b", FakeOthers::allDone);
    EmbeddingPipeline[] self = new EmbeddingPipeline[1];
    self[0] =
        new EmbeddingPipeline(
            CONFIG,
            queue,
            grid(
                CONFIG,
                batch -> {
                  memories(EmbeddingFixture.A, 4).forEach(item -> offer(queue, item));
                  try {
                    self[0].sendTurn(Duration.ZERO);
                  } catch (InterruptedException e) {
                    throw new AssertionError(e);
                  }
                  return FakeOthers.allDone(batch);
                },
                others),
            (item, _) -> givenUp.add(item),
            clock);
    offer(memory(100));

    self[0].turn(Duration.ZERO);

    assertThat(others.asked).containsExactly("b");
    assertThat(queue.size()).isZero();
  }

  private EmbeddingPipeline sender(NodeConfig.Embedding config, FakeOthers others) {
    return new EmbeddingPipeline(
        config, queue, grid(config, this::embed, others), (item, _) -> givenUp.add(item), clock);
  }

  private EmbeddingGrid grid(
      NodeConfig.Embedding config, UnaryOperator<byte[]> here, FakeOthers others) {
    return new EmbeddingGrid(
        config, AloneGrid.here(here), others, _ -> {}, new NodeMeters(), clock);
  }

  private EmbeddingPipeline pipeline(Consumer<Waiting> giveUp) {
    return new EmbeddingPipeline(
        CONFIG, queue, AloneGrid.of(CONFIG, this::embed), (item, _) -> giveUp.accept(item), clock);
  }

  private byte[] embed(byte[] message) {
    List<Waiting> batch = EmbedCallCodec.read(message);
    batches.add(batch);
    SortedMap<Integer, Long> failed = new TreeMap<>();
    for (int i = 0; i < batch.size(); i++) {
      if (poison.contains(batch.get(i))) {
        failed.put(i, 1L);
      }
    }
    return EmbedCallCodec.writeFailures(failed);
  }

  private void turn() throws InterruptedException {
    pipeline.turn(Duration.ZERO);
  }

  private void offer(Waiting... items) {
    for (Waiting item : items) {
      offer(queue, item);
    }
  }

  private static void offer(EmbeddingQueue queue, Waiting item) {
    assertThat(queue.offer(item.namespace(), item.memoryId())).isTrue();
  }
}
