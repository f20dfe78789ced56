package io.rekindle.node.index;

import java.util.concurrent.atomic.AtomicInteger;

/** Counts who is inside, until it is closed; then whoever leaves last runs the end, once. */
final class UseCount {
  private static final int CLOSED = Integer.MIN_VALUE;

  private final AtomicInteger users = new AtomicInteger();
  private final Runnable end;

  UseCount(Runnable end) {
    this.end = end;
  }

  /** Lets one in, or not when closed; who was let in must {@link #leave}. */
  boolean enter() {
    if (users.getAndIncrement() >= 0) {
      return true;
    }
    leave();
    return false;
  }

  void leave() {
    if (users.decrementAndGet() == CLOSED && users.compareAndSet(CLOSED, CLOSED / 2)) {
      end.run();
    }
  }

  boolean isClosed() {
    return users.get() < 0;
  }

  /** Lets nobody in any more. Idempotent. */
  void close() {
    if (users.getAndUpdate(count -> count < 0 ? count : count + 1 + CLOSED) >= 0) {
      leave();
    }
  }
}
