package io.rekindle.cli.bench;

import io.rekindle.cli.CommandFailedException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Starts operations when a schedule says so, whether earlier ones are answered or not, and measures
 * each from the moment that was scheduled: a node that stalls for a second is seen by all who would
 * have asked in it, not by one (coordinated omission, G. Tene).
 */
final class OpenLoop {
  /**
   * Operations on their way; further ones wait, and their wait counts. Two loops beside each other
   * stay below what a node takes of one API key.
   */
  static final int IN_FLIGHT_MAX = 60;

  private final Clock clock;

  OpenLoop(Clock clock) {
    this.clock = clock;
  }

  /** Operations at equal distances. */
  record Schedule(double perSecond, int seconds) {
    long count() {
      return Math.max(1, (long) (perSecond * seconds));
    }

    /** After the start of the first one. */
    long dueNanos(long number) {
      return Math.round(number * (1e9 / perSecond));
    }
  }

  /** Time, which tests make themselves. */
  interface Clock {
    long nanos();

    void sleepUntil(long nanos);

    /** The machine's. */
    static Clock system() {
      return new Clock() {
        @Override
        public long nanos() {
          return System.nanoTime();
        }

        @Override
        public void sleepUntil(long nanos) {
          for (long left = nanos - nanos(); left > 0; left = nanos - nanos()) {
            LockSupport.parkNanos(left);
            if (Thread.currentThread().isInterrupted()) {
              throw new CommandFailedException("interrupted");
            }
          }
        }
      };
    }
  }

  /** Starts an operation; its number counts up. */
  @FunctionalInterface
  interface Operation {
    CompletableFuture<?> start(long number);
  }

  /** Runs the schedule to its end, waits for all answers, and fails as the first that failed. */
  Load.Measured run(Schedule schedule, Operation operation) throws InterruptedException {
    return run(schedule, () -> true, operation);
  }

  /** As {@link #run(Schedule, Operation)}, but starts no more once {@code goOn} is false. */
  Load.Measured run(Schedule schedule, BooleanSupplier goOn, Operation operation)
      throws InterruptedException {
    Histogram nanos = new ConcurrentHistogram(3);
    Semaphore room = new Semaphore(IN_FLIGHT_MAX);
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    long start = clock.nanos();
    long count = schedule.count();
    for (long n = 0; n < count && failure.get() == null && goOn.getAsBoolean(); n++) {
      long due = start + schedule.dueNanos(n);
      clock.sleepUntil(due);
      room.acquire();
      var _ =
          operation
              .start(n)
              .whenComplete(
                  (_, error) -> {
                    nanos.recordValue(Math.max(0, clock.nanos() - due));
                    if (error != null) {
                      failure.compareAndSet(null, error);
                    }
                    room.release();
                  });
    }
    room.acquire(IN_FLIGHT_MAX);
    double seconds = (clock.nanos() - start) / 1e9;
    Throwable failed = failure.get();
    if (failed != null) {
      throw cause(failed);
    }
    return new Load.Measured(nanos, nanos.getTotalCount() / seconds);
  }

  private static RuntimeException cause(Throwable failed) {
    Throwable cause =
        failed instanceof CompletionException && failed.getCause() != null
            ? failed.getCause()
            : failed;
    return cause instanceof RuntimeException known
        ? known
        : new CommandFailedException("an operation failed", cause);
  }
}
