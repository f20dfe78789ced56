package io.rekindle.node.keyring;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The sub-keys for one use, of all generations of the cluster key; they are derived again when it
 * has changed, and stay as they are when it was closed. Safe for use by many threads.
 */
public final class SubKeys {
  private final ClusterKey clusterKey;
  private final ClusterKey.Use use;
  private volatile Derived derived;
  private volatile boolean wiped;

  /**
   * @param changes of the cluster key, when they were derived
   * @param keys 32 bytes each, the one in use first
   */
  private record Derived(int changes, List<byte[]> keys) {}

  public SubKeys(ClusterKey clusterKey, ClusterKey.Use use) {
    this.clusterKey = clusterKey;
    this.use = use;
    this.derived = Objects.requireNonNull(derive(), "a cluster key that was closed");
  }

  /**
   * 32 bytes each, the one in use first; not to be changed.
   *
   * @throws IllegalStateException once they were wiped: zeros are no secret
   */
  public List<byte[]> get() {
    if (wiped) {
      throw new IllegalStateException("the sub-keys were wiped");
    }
    Derived known = derived;
    if (known.changes == clusterKey.changes()) {
      return known.keys;
    }
    Derived anew = derive();
    if (anew == null) {
      return known.keys;
    }
    derived = anew;
    return anew.keys;
  }

  /** Overwrites them; none is to be had any more. */
  void wipe() {
    wiped = true;
    derived.keys.forEach(key -> Arrays.fill(key, (byte) 0));
  }

  /** Null when the cluster key was closed. */
  private @Nullable Derived derive() {
    int changes = clusterKey.changes(); // Before: what changes meanwhile is derived again.
    List<ClusterKey.SubKey> keys = clusterKey.deriveAll(use);
    return keys == null
        ? null
        : new Derived(changes, keys.stream().map(ClusterKey.SubKey::key).toList());
  }
}
