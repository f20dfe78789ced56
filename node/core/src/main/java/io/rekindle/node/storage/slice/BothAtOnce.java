package io.rekindle.node.storage.slice;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;

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
    ThreadFactory daemon = Thread.ofPlatform().daemon().name(name).factory();
    // Closed in every case, which waits until the second has ended.
    try (ExecutorService thread = Executors.newSingleThreadExecutor(daemon)) {
      Future<?> other = thread.submit(second);
      try {
        first.run();
        var _ = other.get();
      } catch (ExecutionException e) {
        if (e.getCause() instanceof RekindleException reason) {
          throw reason;
        }
        throw new IllegalStateException("half of a slice was not read", e.getCause());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new RekindleException(
            ErrorCode.NOT_READY, "the node stops while the index of a slice is being built");
      } finally {
        thread.shutdownNow();
      }
    }
  }
}
