package io.rekindle.node.cluster;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Waits until everything that was under way has ended, without holding up what begins meanwhile.
 *
 * <p>Sections are bracketed by {@link #enter} and {@link #exit}; {@link #await} returns when every
 * section that was entered before the call has been left. Thread-safe; no section ever waits.
 *
 * <p>This is the grace period of read-copy-update with two counters (McKenney, "Sleepable RCU",
 * 2006): sections count themselves in the counter of the current phase; a wait flips the phase, so
 * that newcomers count elsewhere, and waits for the old counter to reach zero. A section that read
 * the phase just before a flip takes its count back and reads again, so one flip is enough. Waits
 * that come while one is under way share the next one: however many wait, at most two flips pass.
 */
final class GracePeriod {
  private static final int SPINS = 200;

  private final AtomicLong[] active = {new AtomicLong(), new AtomicLong()};
  private final AtomicInteger phase = new AtomicInteger();
  private final ReentrantLock flipping = new ReentrantLock();
  private final AtomicLong flipsBegun = new AtomicLong();
  private volatile long flipsDone;
  private volatile @Nullable Thread waiter;

  /** Begins a section; the answer goes to {@link #exit}, from any thread. */
  int enter() {
    while (true) {
      int now = phase.get();
      active[now & 1].incrementAndGet();
      if (phase.get() == now) {
        return now & 1;
      }
      exit(now & 1);
    }
  }

  /** Ends a section. */
  void exit(int entered) {
    if (active[entered].decrementAndGet() == 0) {
      Thread parked = waiter;
      if (parked != null) {
        LockSupport.unpark(parked);
      }
    }
  }

  /**
   * Waits for every section entered before this call; must not be called inside of one. An
   * interrupt is kept for later.
   */
  void await() {
    // A flip that has begun already may have missed sections that began since.
    long needed = flipsBegun.get() + 1;
    flipping.lock();
    try {
      if (flipsDone < needed) {
        long flip = flipsBegun.incrementAndGet();
        awaitZero(active[phase.getAndIncrement() & 1]);
        flipsDone = flip;
      }
    } finally {
      flipping.unlock();
    }
  }

  /** Whether somebody waits for sections to end. */
  boolean isAwaited() {
    return waiter != null;
  }

  private void awaitZero(AtomicLong left) {
    for (int i = 0; i < SPINS && left.get() != 0; i++) {
      Thread.onSpinWait();
    }
    if (left.get() == 0) {
      return;
    }
    boolean interrupted = false;
    waiter = Thread.currentThread();
    while (left.get() != 0) {
      LockSupport.park(this);
      interrupted |= Thread.interrupted();
    }
    waiter = null;
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
