package io.rekindle.node.storage;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** The real time, moved by what a test says. */
public final class MovableClock implements InstantSource {
  private volatile Duration offset = Duration.ZERO;

  public void advance(Duration by) {
    offset = offset.plus(by);
  }

  @Override
  public Instant instant() {
    return Instant.now().plus(offset);
  }
}
