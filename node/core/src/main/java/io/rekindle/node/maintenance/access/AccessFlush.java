package io.rekindle.node.maintenance.access;

import io.rekindle.node.access.SystemPass;
import io.rekindle.node.maintenance.PeriodicWork;
import io.rekindle.node.storage.AccessCountStore;
import io.rekindle.node.storage.AccessCountStore.AccessDelta;
import io.rekindle.node.storage.AccessCounters;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves what the counters have gathered to the store, batch by batch. What an owner does not take
 * goes back to the counters; a clean stop flushes once more, so that it loses nothing.
 *
 * <p>It has a thread of its own: no reader waits for it, and it waits for no sweep while the
 * counters fill.
 */
public final class AccessFlush implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AccessFlush.class);
  private static final String NAME = "access flush";

  private final PeriodicWork work = new PeriodicWork("access-flush-", 1);
  private final AccessCounters counters;
  private final AccessCountStore store;
  private final SystemPass pass;

  public AccessFlush(AccessCounters counters, AccessCountStore store, SystemPass pass) {
    this.counters = counters;
    this.store = store;
    this.pass = pass;
  }

  /**
   * From now on it flushes with this pause, and when the counters are full.
   *
   * @param pause after each flush
   */
  public void start(Duration pause) {
    work.every(pause, NAME, this::run);
    counters.whenFull(() -> work.once(NAME, this::run));
  }

  /**
   * Flushes everything gathered so far, of each owner until it refuses a batch, and throws the
   * first error in the end.
   */
  public void run() {
    RuntimeException failure = null;
    for (List<AccessDelta> part : store.byOwner(pass, counters.drain())) {
      try {
        flush(part);
      } catch (RuntimeException e) {
        failure = failure == null ? e : failure;
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  /** Flushes for the last time. */
  @Override
  public void close() {
    work.close();
    try {
      run();
    } catch (RuntimeException e) {
      // Without a majority, or a disk, nothing is written; the rest is to stop all the same.
      LOG.atWarn().setCause(e).log("the last counts of returned memories were not written");
    }
  }

  private void flush(List<AccessDelta> part) {
    int written = 0;
    try {
      while (written < part.size()) {
        int end = Math.min(part.size(), written + AccessCountStore.BATCH_MAX);
        store.add(pass, part.subList(written, end));
        written = end;
      }
    } finally {
      counters.giveBack(part.subList(written, part.size()));
    }
  }
}
