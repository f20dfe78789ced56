package io.rekindle.node.maintenance.access;

import io.rekindle.node.access.SystemPass;
import io.rekindle.node.storage.AccessCountStore;
import io.rekindle.node.storage.AccessCountStore.AccessDelta;
import io.rekindle.node.storage.AccessCounters;
import java.util.List;

/**
 * Moves what the counters have gathered to the store, batch by batch. What an owner does not take
 * goes back to the counters; a clean stop flushes once more, so that it loses nothing.
 */
public final class AccessFlush {
  private final AccessCounters counters;
  private final AccessCountStore store;
  private final SystemPass pass;

  public AccessFlush(AccessCounters counters, AccessCountStore store, SystemPass pass) {
    this.counters = counters;
    this.store = store;
    this.pass = pass;
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
