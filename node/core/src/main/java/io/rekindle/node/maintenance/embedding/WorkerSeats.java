package io.rekindle.node.maintenance.embedding;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * As many batches are embedded on this node at a time as it has workers, its own and those of
 * others in the order in which they came. Thread-safe.
 */
final class WorkerSeats {
  private final Semaphore all;
  private final Semaphore taken;

  /**
   * Seats that are free.
   *
   * @param takenMax batches of others that have one or wait for one
   */
  WorkerSeats(int workers, int takenMax) {
    this.all = new Semaphore(workers, true);
    this.taken = new Semaphore(takenMax);
  }

  /** For a batch of this node: waits as long as it takes. */
  void sit() throws InterruptedException {
    all.acquire();
  }

  void leave() {
    all.release();
  }

  /** For a batch of another node. Returns false when there is no seat in time. */
  boolean sitAsGuest(Duration waitMax) throws InterruptedException {
    if (!taken.tryAcquire()) {
      return false;
    }
    boolean seated = false;
    try {
      seated = all.tryAcquire(waitMax.toNanos(), TimeUnit.NANOSECONDS);
      return seated;
    } finally {
      if (!seated) {
        taken.release();
      }
    }
  }

  void leaveAsGuest() {
    all.release();
    taken.release();
  }

  /** Whether nothing could begin right now. */
  boolean areTaken() {
    return all.availablePermits() == 0;
  }
}
