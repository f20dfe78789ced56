package io.rekindle.node.storage.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class GiveWayTest {
  @Test
  void waitsWhileOthersDoAndAsksAtTheFirstOfSomeSteps() {
    AtomicInteger asked = new AtomicInteger();
    GiveWay way = new GiveWay(() -> asked.incrementAndGet() < 4);
    way.step();
    assertThat(asked).hasValue(4);
    for (int i = 1; i < 256; i++) {
      way.step();
    }
    assertThat(asked).hasValue(4);
    way.step();
    assertThat(asked).hasValue(5);
  }

  @Test
  void anInterruptEndsTheWaitForGood() {
    GiveWay way = new GiveWay(() -> true);
    Thread.currentThread().interrupt();
    for (int i = 0; i < 1_000; i++) {
      way.step();
    }
    assertThat(Thread.interrupted()).isTrue();
  }
}
