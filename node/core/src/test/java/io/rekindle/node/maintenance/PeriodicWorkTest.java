package io.rekindle.node.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PeriodicWorkTest {
  private static final Duration SOON = Duration.ofMillis(1);

  @Test
  void aRoundThatFailsDoesNotStopTheNext() throws Exception {
    CountDownLatch rounds = new CountDownLatch(4);
    AtomicInteger number = new AtomicInteger();
    try (PeriodicWork work = new PeriodicWork()) {
      work.every(
          SOON,
          "a test",
          () -> {
            rounds.countDown();
            switch (number.incrementAndGet()) {
              case 1 -> throw new IllegalStateException("an exception");
              case 2 -> throw new AssertionError("an error");
              default -> {}
            }
          });

      rounds.await();
    }

    assertThat(number.get()).isGreaterThanOrEqualTo(4);
  }

  @Test
  void workThatFailsOnceLeavesTheOthersRunning() throws Exception {
    CountDownLatch done = new CountDownLatch(1);
    try (PeriodicWork work = new PeriodicWork()) {
      work.once(
          "a failing test",
          () -> {
            throw new IllegalStateException("an exception");
          });
      work.once("a test", done::countDown);

      done.await();
    }

    assertThat(done.getCount()).isZero();
  }

  @Test
  void closingWaitsForARoundUnderWayAndStartsNoOther() throws Exception {
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    AtomicBoolean finished = new AtomicBoolean();
    AtomicInteger rounds = new AtomicInteger();
    PeriodicWork work = new PeriodicWork();
    work.every(
        SOON,
        "a test",
        () -> {
          rounds.incrementAndGet();
          started.countDown();
          try {
            release.await();
            finished.set(true);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    started.await();
    CompletableFuture<Boolean> closed =
        CompletableFuture.supplyAsync(
            () -> {
              work.close();
              return finished.get();
            });
    release.countDown();

    assertThat(closed.get()).isTrue();
    int last = rounds.get();
    work.close();
    assertThat(rounds.get()).isEqualTo(last);
  }
}
