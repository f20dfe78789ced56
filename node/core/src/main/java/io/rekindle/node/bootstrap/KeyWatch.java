package io.rekindle.node.bootstrap;

import io.rekindle.node.kms.KeyLease;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The two threads of a lease: one proves the key each time that it is due, the other sees to the
 * end of the grace. So a proof that waits for a provider, or for a file, keeps nobody unlocked for
 * longer. Thread-safe.
 */
final class KeyWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(KeyWatch.class);

  private final Thread prover;
  private final Thread expirer;
  private volatile boolean woken;
  private volatile boolean closed;

  private KeyWatch(Thread.Builder threads, String name, KeyLease lease, Supplier<Duration> proof) {
    Duration first = lease.locked() == null ? lease.first() : Duration.ZERO;
    this.prover = threads.name(name + "-lease").unstarted(() -> loop(first, proof));
    this.expirer =
        threads.name(name + "-grace").unstarted(() -> loop(lease.expire(), lease::expire));
  }

  /**
   * Begins to watch; a lease that begins locked is proved at once.
   *
   * @param name of the threads, which get an ending each
   * @param proof {@link KeyLease#step}, with what goes around it
   */
  static KeyWatch start(
      Thread.Builder threads, String name, KeyLease lease, Supplier<Duration> proof) {
    KeyWatch watch = new KeyWatch(threads, name, lease, proof);
    watch.prover.start();
    watch.expirer.start();
    return watch;
  }

  /** Has the key proved now. */
  void wake() {
    woken = true;
    LockSupport.unpark(prover);
  }

  /** Does a step again and again, whatever becomes of one: a watch that ends would lock nobody. */
  private void loop(Duration first, Supplier<Duration> step) {
    Duration pause = first;
    while (!closed) {
      pause(pause);
      if (!closed) {
        pause = safely(step);
      }
    }
  }

  private void pause(Duration pause) {
    // A park may end early.
    long deadline = System.nanoTime() + pause.toNanos();
    while (!closed && !isWoken() && System.nanoTime() - deadline < 0) {
      LockSupport.parkNanos(Math.min(deadline - System.nanoTime(), TimeUnit.HOURS.toNanos(1)));
    }
  }

  private boolean isWoken() {
    if (!woken || Thread.currentThread() != prover) {
      return false;
    }
    woken = false;
    return true;
  }

  @SuppressWarnings("CatchingUnchecked") // Also what a vendor's library throws of its class path.
  private static Duration safely(Supplier<Duration> step) {
    try {
      return step.get();
    } catch (Throwable e) {
      LOG.atError().setCause(e).log("the watch over a customer's key failed, and goes on");
      return KeyLease.RETRY_MAX;
    }
  }

  /** Ends the threads; one that waits for a provider ends when that has answered. */
  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(prover);
    LockSupport.unpark(expirer);
  }
}
