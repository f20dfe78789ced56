package io.rekindle.node.storage.slice;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** Does two things at once, and fails when one of them does; none goes on after that. */
final class BothAtOnce {
  private BothAtOnce() {}

  /**
   * Runs the first in this thread and the second in one of its own, and waits for both.
   *
   * @param name of the second's thread
   * @param second is to end soon once its thread is interrupted
   * @throws RekindleException of one of them; {@code NOT_READY} when this thread is interrupted
   *     while it waits, and so is the second then
   */
  static void run(String name, Runnable first, Runnable second) {
    FutureTask<Boolean> other = new FutureTask<>(second, true);
    Thread thread = Thread.ofPlatform().daemon().name(name).start(other);
    try {
      first.run();
    } catch (RuntimeException | Error e) {
      end(thread);
      throw e;
    }
    try {
      var _ = other.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RekindleException reason) {
        throw reason;
      }
      throw new IllegalStateException("half of a slice was not read", e.getCause());
    } catch (InterruptedException e) {
      end(thread);
      Thread.currentThread().interrupt();
      throw new RekindleException(
          ErrorCode.NOT_READY, "the node stops while the index of a slice is being built");
    }
  }

  /** Interrupts a thread and waits until it has ended, however long it does not mind that. */
  private static void end(Thread thread) {
    thread.interrupt();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
