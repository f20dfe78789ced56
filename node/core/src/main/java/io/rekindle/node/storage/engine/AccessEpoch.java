package io.rekindle.node.storage.engine;

import io.rekindle.node.storage.row.CacheName;
import io.rekindle.node.storage.row.Caches;
import io.rekindle.node.storage.row.EpochRow;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteCache;

/**
 * How often access was changed: a counter among the settings of the cluster, which every node has
 * in full. It grows in the transaction of the change, so whoever sees the one sees the other. A new
 * API key does not count: no request that is under way can be of it. Thread-safe.
 */
final class AccessEpoch {
  private static final String KEY = "access-epoch";

  private final IgniteCache<String, EpochRow> settings;

  AccessEpoch(Ignite ignite) {
    this.settings = Caches.cache(ignite, CacheName.SETTINGS);
  }

  long current() {
    EpochRow row = settings.get(KEY);
    return row == null ? 0 : row.epoch();
  }

  /** Inside the transaction of the change, as its last lock. */
  void advance() {
    settings.put(KEY, new EpochRow(current() + 1));
  }
}
