package io.rekindle.node.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class NodeMainTest {
  @Test
  void aProcessWhoseFailedEngineDoesNotStopIsEndedInTime() throws InterruptedException {
    CountDownLatch ended = new CountDownLatch(1);
    long began = System.nanoTime();

    NodeMain.Start.endAfter(Duration.ofMillis(200), Thread.currentThread(), ended::countDown);

    assertThat(ended.await(1, TimeUnit.MINUTES)).isTrue();
    assertThat(System.nanoTime() - began).isGreaterThanOrEqualTo(200_000_000);
  }
}
