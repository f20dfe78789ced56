package io.rekindle.node.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class NodeMainTest {
  @Test
  void anEngineThatStopsIsWaitedForAlsoWhenItStopsBadly() throws InterruptedException {
    assertThat(NodeMain.Start.haltWithin(Duration.ofSeconds(30), () -> {})).isTrue();
    assertThat(
            NodeMain.Start.haltWithin(
                Duration.ofSeconds(30),
                () -> {
                  throw new IllegalStateException("badly");
                }))
        .isTrue();
  }

  @Test
  void anEngineThatDoesNotStopIsGivenUp() throws InterruptedException {
    CountDownLatch never = new CountDownLatch(1);
    try {
      assertThat(
              NodeMain.Start.haltWithin(
                  Duration.ofMillis(50),
                  () -> {
                    try {
                      never.await();
                    } catch (InterruptedException e) {
                      throw new IllegalStateException(e);
                    }
                  }))
          .isFalse();
    } finally {
      never.countDown();
    }
  }
}
