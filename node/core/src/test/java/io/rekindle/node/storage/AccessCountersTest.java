package io.rekindle.node.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.model.Distance;
import io.rekindle.node.model.EmbeddingModelId;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.NamespaceId;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.model.NamespaceSettings;
import io.rekindle.node.storage.AccessCountStore.AccessDelta;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class AccessCountersTest {
  private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

  private final Namespace a = namespace(1, "company_a");
  private final Namespace b = namespace(2, "company_b");
  private Instant now = NOON;
  private final AccessCounters counters = new AccessCounters(100, () -> now);

  @Test
  void countsAddUpAndTheLastAccessIsKept() {
    counters.returned(a, List.of(id(1), id(2)));
    now = NOON.plusSeconds(5);
    counters.returned(a, List.of(id(1)));
    now = NOON.minusSeconds(5);
    counters.returned(a, List.of(id(1)));
    counters.returned(b, List.of(id(1)));

    assertThat(counters.drain())
        .containsExactlyInAnyOrder(
            new AccessDelta(a, id(1), 3, NOON.plusSeconds(5)),
            new AccessDelta(a, id(2), 1, NOON),
            new AccessDelta(b, id(1), 1, NOON.minusSeconds(5)));
    assertThat(counters.drain()).isEmpty();
  }

  @Test
  void whatIsGivenBackIsAddedToWhatCameMeanwhile() {
    counters.returned(a, List.of(id(1)));
    List<AccessDelta> taken = counters.drain();
    now = NOON.plusSeconds(1);
    counters.returned(a, List.of(id(1)));

    counters.giveBack(taken);

    assertThat(counters.drain()).containsExactly(new AccessDelta(a, id(1), 2, NOON.plusSeconds(1)));
  }

  @Test
  void countingBesideFlushesThatAreRefusedNowAndThenLosesNothing() throws Exception {
    int threads = 8;
    int rounds = 5_000;
    AtomicBoolean stop = new AtomicBoolean();
    Map<MemoryId, Long> written = new HashMap<>();
    try (ExecutorService pool = Executors.newFixedThreadPool(threads + 1)) {
      Future<?> flusher =
          pool.submit(
              () -> {
                for (int i = 0; !stop.get(); i++) {
                  List<AccessDelta> taken = counters.drain();
                  if (i % 2 == 0) {
                    counters.giveBack(taken);
                  } else {
                    add(written, taken);
                  }
                }
              });
      List<Future<?>> readers = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        readers.add(
            pool.submit(
                () -> {
                  for (int i = 0; i < rounds; i++) {
                    counters.returned(a, List.of(id(i % 10), id(10 + i % 7)));
                  }
                }));
      }
      for (Future<?> reader : readers) {
        reader.get();
      }
      stop.set(true);
      flusher.get();
    }
    add(written, counters.drain());

    assertThat(written.values().stream().mapToLong(Long::longValue).sum())
        .isEqualTo(2L * threads * rounds);
    assertThat(written.get(id(3))).isEqualTo((long) threads * rounds / 10);
  }

  @Test
  void whoeverBringsTheNumberToItsBoundAsksForAFlush() {
    AtomicInteger asked = new AtomicInteger();
    counters.whenFull(asked::incrementAndGet);

    counters.returned(a, ids(0, 99));
    assertThat(asked).hasValue(0);
    counters.returned(a, ids(99, 100));
    assertThat(asked).hasValue(1);
    counters.returned(a, ids(50, 150));
    assertThat(asked).as("it is on its way").hasValue(1);

    assertThat(counters.drain()).hasSize(150);
    counters.returned(a, ids(0, 100));
    assertThat(asked).hasValue(2);
  }

  @Test
  void afterARefusedFlushNobodyAsksUntilOneGoesThrough() {
    AtomicInteger asked = new AtomicInteger();
    counters.whenFull(asked::incrementAndGet);

    counters.returned(a, ids(0, 100));
    counters.giveBack(counters.drain());
    counters.returned(a, ids(0, 100));
    assertThat(asked).hasValue(1);
    assertThat(counters.drain()).hasSize(100).allMatch(delta -> delta.count() == 2);

    counters.returned(a, ids(0, 100));
    assertThat(asked).as("the periodic flush went through meanwhile").hasValue(2);
  }

  @Test
  void atTwiceTheBoundOnlyTheCountedOnesAreCounted() {
    counters.returned(a, ids(0, 100));

    counters.returned(a, ids(0, 1_000));

    List<AccessDelta> taken = counters.drain();
    assertThat(taken).hasSize(200);
    assertThat(taken.stream().filter(delta -> delta.count() == 2)).hasSize(100);
  }

  private static void add(Map<MemoryId, Long> sums, List<AccessDelta> deltas) {
    deltas.forEach(delta -> sums.merge(delta.memoryId(), delta.count(), Long::sum));
  }

  private static List<MemoryId> ids(int from, int to) {
    return IntStream.range(from, to).mapToObj(AccessCountersTest::id).toList();
  }

  private static MemoryId id(int number) {
    return new MemoryId(new UUID(7, number));
  }

  private static Namespace namespace(int number, String path) {
    return new Namespace(
        NamespaceId.of(new UUID(number, 0)),
        NamespacePath.parse(path),
        new NamespaceSettings(EmbeddingModelId.EXTERNAL, 2, Distance.COSINE, List.of(), false, 1),
        NOON,
        1);
  }
}
