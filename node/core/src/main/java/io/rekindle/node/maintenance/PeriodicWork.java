package io.rekindle.node.maintenance;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs background work at intervals, each kind with a pause after its last round. An error of one
 * round is reported and does not stop the next.
 */
public final class PeriodicWork implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PeriodicWork.class);
  private static final int THREADS = 2;
  private static final int STOP_WAIT_SECONDS = 10;

  private final ScheduledExecutorService scheduler;

  /** Work that shares two threads. */
  public PeriodicWork() {
    this("maintenance-", THREADS);
  }

  /** Work with threads of its own, which nothing else can keep waiting. */
  public PeriodicWork(String threadPrefix, int threads) {
    scheduler =
        Executors.newScheduledThreadPool(
            threads, Thread.ofPlatform().name(threadPrefix, 0).daemon().factory());
  }

  /**
   * Schedules work; the first round is after one pause.
   *
   * @param name for the diagnostics; a constant
   */
  public void every(Duration pause, String name, Runnable round) {
    long nanos = pause.toNanos();
    var _ =
        scheduler.scheduleWithFixedDelay(
            () -> runGuarded(name, round), nanos, nanos, TimeUnit.NANOSECONDS);
  }

  /**
   * Runs work once, soon; before any round of work that is scheduled after this call. After {@link
   * #close} it does nothing.
   */
  public void once(String name, Runnable work) {
    try {
      scheduler.execute(() -> runGuarded(name, work));
    } catch (RejectedExecutionException e) {
      LOG.atDebug().addKeyValue("work", name).log("background work has ended");
    }
  }

  private static void runGuarded(String name, Runnable round) {
    try {
      round.run();
    } catch (RuntimeException | Error e) {
      // Thrown on, the scheduler would keep it to itself and never run this work again.
      LOG.atWarn().addKeyValue("work", name).setCause(e).log("a round of background work failed");
    }
  }

  /** Waits for rounds under way, at most ten seconds. */
  @Override
  public void close() {
    scheduler.shutdown();
    try {
      if (!scheduler.awaitTermination(STOP_WAIT_SECONDS, TimeUnit.SECONDS)) {
        scheduler.shutdownNow();
      }
    } catch (InterruptedException e) {
      scheduler.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
