package io.rekindle.node.storage.slice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BothAtOnceTest {
  @AfterEach
  void forgetTheInterrupt() {
    Thread.interrupted();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Each waits for the other, so that one after the other would never end. */
  @Test
  void bothRunAtOnce() {
    CountDownLatch first = new CountDownLatch(1);
    CountDownLatch second = new CountDownLatch(1);
    BothAtOnce.run(
        "second",
        () -> {
          first.countDown();
          await(second);
        },
        () -> {
          second.countDown();
          await(first);
        });
    assertThat(first.getCount() + second.getCount()).isZero();
  }

  @Test
  void whatOneThrowsIsThrown() {
    RekindleException none =
        new RekindleException(ErrorCode.INDEX_MEMORY_EXHAUSTED, "no memory left");
    Runnable fails =
        () -> {
          throw none;
        };
    assertThatThrownBy(() -> BothAtOnce.run("second", fails, () -> {})).isSameAs(none);
    assertThatThrownBy(() -> BothAtOnce.run("second", () -> {}, fails)).isSameAs(none);
  }

  @Test
  void nothingGoesOnWhenTheFirstFails() {
    CountDownLatch begun = new CountDownLatch(1);
    boolean[] ended = {false};
    assertThatThrownBy(
            () ->
                BothAtOnce.run(
                    "second",
                    () -> {
                      await(begun);
                      throw new IllegalStateException("first");
                    },
                    () -> {
                      begun.countDown();
                      try {
                        await(new CountDownLatch(1));
                      } finally {
                        ended[0] = true;
                      }
                    }))
        .hasMessage("first");
    assertThat(ended[0]).isTrue();
  }

  @Test
  void anInterruptEndsBoth() {
    CountDownLatch ended = new CountDownLatch(1);
    Thread.currentThread().interrupt();
    assertThatThrownBy(
            () ->
                BothAtOnce.run(
                    "second",
                    () -> {},
                    () -> {
                      try {
                        await(new CountDownLatch(1));
                      } finally {
                        ended.countDown();
                      }
                    }))
        .isInstanceOf(RekindleException.class)
        .hasMessageContaining("stops");
    assertThat(Thread.interrupted()).isTrue();
    await(ended);
  }
}
