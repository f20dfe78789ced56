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
  private static final String FIRST_CLUSTER_KEY = "cluster-key-made";

  private final IgniteCache<String, TimeRow> settings;

  public KeyRotations(Ignite ignite) {
    this.settings = Caches.cache(ignite, CacheName.SETTINGS);
  }

  /** When all group keys were changed last; null when they were not. */
  public @Nullable Instant groupKeys() {
    return find(GROUP_KEYS);
  }

  /**
   * When the cluster key in use was made, by a replacement or with the cluster; null if unknown.
   */
  public @Nullable Instant clusterKey() {
    Instant replaced = find(CLUSTER_KEY);
    return replaced == null ? find(FIRST_CLUSTER_KEY) : replaced;
  }

  private @Nullable Instant find(String name) {
    TimeRow row = settings.get(name);
    return row == null ? null : row.time();
  }

  /** Notes that the cluster key was replaced by one that was made then. */
  public void noteClusterKey(Instant made) {
    settings.put(CLUSTER_KEY, new TimeRow(made));
  }

  /**
   * Notes that the first cluster key is as old as this, at least; what is known of an earlier time
   * stays. Nodes that start together may note at once, each what it knows.
   */
  public void noteFirstClusterKey(Instant atLatest) {
    TimeRow row = new TimeRow(atLatest);
    TimeRow known = settings.get(FIRST_CLUSTER_KEY);
    if (known == null) {
      known = settings.getAndPutIfAbsent(FIRST_CLUSTER_KEY, row);
    }
    while (known != null
        && atLatest.isBefore(known.time())
        && !settings.replace(FIRST_CLUSTER_KEY, known, row)) {
      known = settings.get(FIRST_CLUSTER_KEY);
    }
  }

  /** Notes that all group keys were changed. */
  public void noteGroupKeys(Instant when) {
    settings.put(GROUP_KEYS, new TimeRow(when));
  }
}
