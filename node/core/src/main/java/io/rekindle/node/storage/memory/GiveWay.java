package io.rekindle.node.storage.memory;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/**
 * Lets a look at all there is wait while somebody waits for an answer: right after a start both
 * want the same processors and pages. It waits no longer than a minute in all, as what it looks for
 * has to be found some time. One thread.
 */
final class GiveWay {
  private static final int STEPS = 256;
  private static final Duration PAUSE = Duration.ofMillis(20);
  private static final Duration WAIT_MAX = Duration.ofMinutes(1);

  private final BooleanSupplier othersWait;
  private int steps;
  private Duration left = WAIT_MAX;

  GiveWay(BooleanSupplier othersWait) {
    this.othersWait = othersWait;
  }

  /** Called at each thing that is looked at; asks whether others wait at the first of some. */
  void step() {
    if (steps++ % STEPS != 0) {
      return;
    }
    while (othersWait.getAsBoolean() && left.isPositive()) {
      left = left.minus(PAUSE);
      try {
        Thread.sleep(PAUSE);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        left = Duration.ZERO;
      }
    }
  }
}
