package io.rekindle.node.maintenance.access;

import io.rekindle.node.access.SystemPass;
import io.rekindle.node.storage.AccessCountStore;
import io.rekindle.node.storage.AccessCountStore.AccessDelta;
import io.rekindle.node.storage.AccessCounters;
import java.util.List;

/**
 * Moves what the counters have gathered to the store, batch by batch. What the store does not take
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

  /** Flushes everything gathered so far; ends with the first batch that is refused, and throws. */
  public void run() {
    List<AccessDelta> deltas = counters.drain();
    int written = 0;
    try {
      while (written < deltas.size()) {
        int end = Math.min(deltas.size(), written + AccessCountStore.BATCH_MAX);
        store.add(pass, deltas.subList(written, end));
        written = end;
      }
    } finally {
      counters.giveBack(deltas.subList(written, deltas.size()));
    }
  }
}
