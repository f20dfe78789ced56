package io.rekindle.node.embedding;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.model.NamespacePath;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class BatchQueueTest {
  private static final NamespacePath A = NamespacePath.parse("company_a");
  private static final NamespacePath B = NamespacePath.parse("company_b");
  private static final NamespacePath C = NamespacePath.parse("company_c");

  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1_000);
  private final BatchQueue<Integer> queue =
      new BatchQueue<>(1_000, 32, Duration.ofMillis(100), nanos::get);

  @Test
  void aFullBatchLeavesThoughEveryWorkerIsBusy() {
    offer(A, 1, 31);
    assertThat(queue.poll()).isEmpty();
    offer(A, 32, 40);
    assertThat(queue.poll()).containsExactlyElementsOf(range(1, 32));
    assertThat(queue.poll()).isEmpty();
    assertThat(queue.size()).isEqualTo(8);
  }

  @Test
  void aBatchLeavesWhenItsFirstItemHasWaited() {
    assertThat(queue.untilDue()).isNull();
    offer(A, 1, 1);
    pass(Duration.ofMillis(99));
    offer(A, 2, 2);
    assertThat(queue.poll()).isEmpty();
    assertThat(queue.untilDue()).isEqualTo(Duration.ofMillis(1));
    pass(Duration.ofMillis(1));
    assertThat(queue.untilDue()).isEqualTo(Duration.ZERO);
    assertThat(queue.poll()).containsExactly(1, 2);
    offer(A, 3, 3);
    assertThat(queue.poll()).isEmpty();
  }

  @Test
  void anIdleWorkerTakesWhatIsThere() throws Exception {
    offer(A, 1, 3);
    assertThat(queue.take()).containsExactly(1, 2, 3);
    assertThat(queue.take(Duration.ZERO)).isEmpty();
  }

  @Test
  void rootNamespacesTakeTurns() throws Exception {
    offer(A, 1, 100);
    offer(B, 201, 202);
    offer(C, 301, 301);
    assertThat(queue.take().subList(0, 6)).containsExactly(1, 201, 301, 2, 202, 3);
    offer(B, 203, 203);
    assertThat(queue.take().subList(0, 3)).containsExactly(30, 203, 31);
  }

  @Test
  void anItemThatWaitsIsNotAddedAgain() throws Exception {
    assertThat(queue.offer(A, 1)).isTrue();
    assertThat(queue.offer(A, 1)).isTrue();
    assertThat(queue.take()).containsExactly(1);
    assertThat(queue.offer(A, 1)).isTrue();
    assertThat(queue.take()).containsExactly(1);
  }

  @Test
  void aFullQueueRefusesAndKeepsRoomForNewcomers() {
    BatchQueue<Integer> small = new BatchQueue<>(8, 32, Duration.ofMillis(100), nanos::get);
    List<Integer> accepted = new ArrayList<>();
    range(1, 20).stream().filter(i -> small.offer(A, i)).forEach(accepted::add);
    assertThat(accepted).containsExactly(1, 2, 3, 4);
    accepted.clear();
    range(21, 40).stream().filter(i -> small.offer(B, i)).forEach(accepted::add);
    assertThat(accepted).containsExactly(21, 22);
    assertThat(small.offer(C, 41)).isTrue();
    assertThat(small.offer(NamespacePath.parse("company_d"), 42)).isTrue();
    assertThat(small.offer(NamespacePath.parse("company_e"), 43)).isFalse();
    assertThat(small.size()).isEqualTo(8);
  }

  @Test
  void aClosedQueueIsDrainedAndRefusesMore() throws Exception {
    offer(A, 1, 40);
    queue.close();
    assertThat(queue.offer(A, 41)).isFalse();
    assertThat(queue.poll()).hasSize(32);
    assertThat(queue.take()).hasSize(8);
    assertThat(queue.take()).isEmpty();
    assertThat(queue.poll()).isEmpty();
  }

  @Test
  @Timeout(30)
  void workersThatWaitAreWokenByItemsAndByTheEnd() throws Exception {
    int workers = 3;
    try (ExecutorService threads = Executors.newFixedThreadPool(workers)) {
      List<Future<List<Integer>>> taken = new ArrayList<>();
      for (int i = 0; i < workers; i++) {
        taken.add(threads.submit(this::takeUntilClosed));
      }
      for (int i = 1; i <= 500; i++) {
        while (!queue.offer(A, i)) {
          Thread.onSpinWait();
        }
      }
      queue.close();
      List<Integer> all = new ArrayList<>();
      for (Future<List<Integer>> items : taken) {
        all.addAll(items.get());
      }
      assertThat(all).containsExactlyInAnyOrderElementsOf(range(1, 500));
    }
  }

  private List<Integer> takeUntilClosed() throws InterruptedException {
    List<Integer> all = new ArrayList<>();
    for (List<Integer> batch = queue.take(); !batch.isEmpty(); batch = queue.take()) {
      all.addAll(batch);
    }
    return all;
  }

  private void offer(NamespacePath root, int from, int to) {
    range(from, to).forEach(i -> assertThat(queue.offer(root, i)).isTrue());
  }

  private static List<Integer> range(int from, int to) {
    return IntStream.rangeClosed(from, to).boxed().toList();
  }

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }
}
