package io.rekindle.cli.bench;

import io.grpc.Status;
import io.rekindle.cli.CommandFailedException;
import io.rekindle.client.RekindleClientException;
import java.time.Duration;
import java.util.function.Supplier;

/** Asks again while a node builds the index that the answer needs. */
final class Retry {
  /** A million memories take less than two minutes on two cores. */
  private static final Duration MAX = Duration.ofMinutes(15);

  private static final long PAUSE_MILLIS = 20;

  private Retry() {}

  static <T> T whileNotReady(Supplier<T> call) {
    long start = System.nanoTime();
    while (true) {
      try {
        return call.get();
      } catch (RekindleClientException e) {
        boolean again = e.reason().equals("NOT_READY") || e.code() == Status.Code.DEADLINE_EXCEEDED;
        if (!again || System.nanoTime() - start > MAX.toNanos()) {
          throw e;
        }
      }
      pause(PAUSE_MILLIS);
    }
  }

  static void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailedException("interrupted", e);
    }
  }
}
