package io.rekindle.node.embedding;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.model.NamespacePath;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** The queue beside a plain list of what waits, through any sequence of calls. */
class BatchQueuePropertyTest {
  private static final int ITEMS_MAX = 12;
  private static final int BATCH_MAX = 4;
  private static final long INTERVAL = 100;

  private record Item(NamespacePath root, int number) {}

  private sealed interface Step {
    record Offer(Item item) implements Step {}

    record Take() implements Step {}

    record Poll() implements Step {}

    record Pass(int nanos) implements Step {}
  }

  private final AtomicLong nanos = new AtomicLong();
  private final BatchQueue<Item> queue =
      new BatchQueue<>(ITEMS_MAX, BATCH_MAX, Duration.ofNanos(INTERVAL), nanos::get);
  private final Map<Item, Long> waiting = new LinkedHashMap<>();

  @Property(tries = 500)
  void nothingIsLostDoubledOrUnfairAndBatchesLeaveByTheRule(@ForAll("steps") List<Step> steps)
      throws InterruptedException {
    for (Step step : steps) {
      switch (step) {
        case Step.Offer(Item item) -> offer(item);
        case Step.Take _ -> {
          int expected = Math.min(BATCH_MAX, waiting.size());
          checkBatch(queue.take(Duration.ZERO), expected);
        }
        case Step.Poll _ -> {
          int expected = isDue() ? Math.min(BATCH_MAX, waiting.size()) : 0;
          checkBatch(queue.poll(), expected);
        }
        case Step.Pass(int time) -> nanos.addAndGet(time);
      }
      assertThat(queue.size()).isEqualTo(waiting.size());
    }
  }

  private void offer(Item item) {
    long ofRoot = waiting.keySet().stream().filter(i -> i.root().equals(item.root())).count();
    int free = ITEMS_MAX - waiting.size();
    boolean expected = waiting.containsKey(item) || (free > 0 && ofRoot < free);
    assertThat(queue.offer(item.root(), item)).isEqualTo(expected);
    if (expected) {
      waiting.putIfAbsent(item, nanos.get());
    }
  }

  private boolean isDue() {
    return waiting.size() >= BATCH_MAX
        || waiting.values().stream().anyMatch(since -> nanos.get() - since >= INTERVAL);
  }

  private void checkBatch(List<Item> batch, int expectedSize) {
    assertThat(batch).hasSize(expectedSize).doesNotHaveDuplicates();
    Map<NamespacePath, Integer> share = new HashMap<>();
    for (Item item : batch) {
      share.merge(item.root(), 1, Integer::sum);
      List<Item> ofRoot =
          new ArrayList<>(
              waiting.keySet().stream().filter(i -> i.root().equals(item.root())).toList());
      assertThat(item).isEqualTo(ofRoot.getFirst());
      waiting.remove(item);
    }
    int most = share.values().stream().mapToInt(n -> n).max().orElse(0);
    if (!batch.isEmpty()) {
      waiting
          .keySet()
          .forEach(
              i -> assertThat(share.getOrDefault(i.root(), 0)).isGreaterThanOrEqualTo(most - 1));
    }
  }

  @Provide
  Arbitrary<List<Step>> steps() {
    Arbitrary<Step> offer =
        Combinators.combine(
                Arbitraries.of("a", "b", "c").map(NamespacePath::parse),
                Arbitraries.integers().between(1, 9))
            .as((root, number) -> new Step.Offer(new Item(root, number)));
    return Arbitraries.frequencyOf(
            Tuple.of(6, offer),
            Tuple.of(1, Arbitraries.just(new Step.Take())),
            Tuple.of(1, Arbitraries.just(new Step.Poll())),
            Tuple.of(1, Arbitraries.integers().between(1, 60).map(Step.Pass::new)))
        .list()
        .ofMaxSize(80);
  }
}
