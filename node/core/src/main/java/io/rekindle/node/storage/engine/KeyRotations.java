package io.rekindle.node.storage.engine;

import io.rekindle.node.storage.row.CacheName;
import io.rekindle.node.storage.row.Caches;
import io.rekindle.node.storage.row.TimeRow;
import java.time.Instant;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteCache;
import org.jspecify.annotations.Nullable;

/**
 * When keys were rotated that keep no time themselves: among the settings of the cluster, which
 * every node has in full. Thread-safe.
 */
public final class KeyRotations {
  private static final String GROUP_KEYS = "group-keys-rotated";
  private static final String CLUSTER_KEY = "cluster-key-replaced";

  private final IgniteCache<String, TimeRow> settings;

  public KeyRotations(Ignite ignite) {
    this.settings = Caches.cache(ignite, CacheName.SETTINGS);
  }

  /** When all group keys were changed last; null when they were not. */
  public @Nullable Instant groupKeys() {
    return find(GROUP_KEYS);
  }

  /** When the cluster key was replaced last; null when it was not. */
  public @Nullable Instant clusterKey() {
    return find(CLUSTER_KEY);
  }

  private @Nullable Instant find(String name) {
    TimeRow row = settings.get(name);
    return row == null ? null : row.time();
  }

  /** Notes that the cluster key was replaced. */
  public void noteClusterKey(Instant when) {
    settings.put(CLUSTER_KEY, new TimeRow(when));
  }

  /** Notes that all group keys were changed. */
  public void noteGroupKeys(Instant when) {
    settings.put(GROUP_KEYS, new TimeRow(when));
  }
}
