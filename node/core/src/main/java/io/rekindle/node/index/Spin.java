package io.rekindle.node.index;

/** How a reader waits for a writer, who is inside a row for a microsecond. */
final class Spin {
  private static final int BUSY_TURNS = 1_000;

  private Spin() {}

  /** One turn of waiting; after many, the writer may have lost its processor, so ours is given. */
  @SuppressWarnings("ThreadPriorityCheck") // Nothing depends on it but the time it takes.
  static void once(int turn) {
    if (turn < BUSY_TURNS) {
      Thread.onSpinWait();
    } else {
      Thread.yield();
    }
  }
}
