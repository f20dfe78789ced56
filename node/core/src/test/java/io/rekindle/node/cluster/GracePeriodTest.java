package io.rekindle.node.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GracePeriodTest {
  private final GracePeriod period = new GracePeriod();
  private final ExecutorService threads = Executors.newCachedThreadPool();

  @AfterEach
  void end() {
    threads.shutdownNow();
  }

  @Test
  void doesNotWaitWhenNothingIsUnderWay() {
    period.await();
    period.exit(period.enter());
    period.await();
  }

  @Test
  void waitsForASectionThatWasEnteredBefore() throws Exception {
    int section = period.enter();
    Future<?> waiting = threads.submit(period::await);
    awaitWaiter();
    assertThat(waiting.isDone()).isFalse();
    period.exit(section);
    waiting.get(10, TimeUnit.SECONDS);
  }

  @Test
  void doesNotWaitForASectionThatWasEnteredAfter() throws Exception {
    int before = period.enter();
    Future<?> waiting = threads.submit(period::await);
    awaitWaiter();
    int after = period.enter();
    period.exit(before);
    waiting.get(10, TimeUnit.SECONDS);
    period.exit(after);
  }

  @Test
  void aWaitThatComesDuringAnotherSeesWhatBeganInBetween() throws Exception {
    int first = period.enter();
    Future<?> one = threads.submit(period::await);
    awaitWaiter();
    int second = period.enter();
    CountDownLatch asked = new CountDownLatch(1);
    Future<?> two =
        threads.submit(
            () -> {
              asked.countDown();
              period.await();
            });
    asked.await();
    period.exit(first);
    one.get(10, TimeUnit.SECONDS);
    assertThat(two.isDone()).isFalse();
    period.exit(second);
    two.get(10, TimeUnit.SECONDS);
  }

  @Test
  void anInterruptNeitherEndsTheWaitNorIsForgotten() throws Exception {
    int section = period.enter();
    Thread[] thread = new Thread[1];
    CountDownLatch started = new CountDownLatch(1);
    Future<Boolean> interrupted =
        threads.submit(
            () -> {
              thread[0] = Thread.currentThread();
              started.countDown();
              period.await();
              return Thread.interrupted();
            });
    started.await();
    awaitWaiter();
    thread[0].interrupt();
    assertThat(interrupted.isDone()).isFalse();
    period.exit(section);
    assertThat(interrupted.get(10, TimeUnit.SECONDS)).isTrue();
  }

  /**
   * Writers number their sections; whoever waits must find ended all that had begun before it. Each
   * writer owns one slot: odd while inside, even outside.
   */
  @Test
  void whoeverWaitsFindsEverythingEndedThatHadBegunBefore() throws Exception {
    int writers = 4;
    AtomicLongArray progress = new AtomicLongArray(writers);
    List<Future<?>> all = new ArrayList<>();
    for (int w = 0; w < writers; w++) {
      int slot = w;
      all.add(
          threads.submit(
              () -> {
                for (int i = 0; i < 50_000; i++) {
                  int section = period.enter();
                  progress.incrementAndGet(slot);
                  progress.incrementAndGet(slot);
                  period.exit(section);
                }
              }));
    }
    for (int w = 0; w < 2; w++) {
      all.add(
          threads.submit(
              () -> {
                for (int i = 0; i < 5_000; i++) {
                  long[] before = new long[writers];
                  for (int s = 0; s < writers; s++) {
                    before[s] = progress.get(s);
                  }
                  period.await();
                  for (int s = 0; s < writers; s++) {
                    boolean wasInside = before[s] % 2 == 1;
                    assertThat(progress.get(s))
                        .isGreaterThanOrEqualTo(before[s] + (wasInside ? 1 : 0));
                  }
                }
              }));
    }
    for (Future<?> one : all) {
      one.get(60, TimeUnit.SECONDS);
    }
  }

  /** Until a thread waits, or is about to: it has flipped the phase. */
  private void awaitWaiter() {
    while (!period.isAwaited()) {
      Thread.onSpinWait();
    }
  }
}
