package io.rekindle.node.keyring;

import java.util.Arrays;
import java.util.UUID;

/** Cluster keys without a file, of one cluster: two of the same seeds are the same. */
public final class TestClusterKey {
  private static final UUID CLUSTER = new UUID(0, 42);

  private TestClusterKey() {}

  /** Of one generation for each seed; the last one is in use. */
  public static ClusterKey of(int... seeds) {
    ClusterKey key = new ClusterKey(CLUSTER, secret(seeds[0]));
    for (int i = 1; i < seeds.length; i++) {
      use(key, seeds[i]);
    }
    return key;
  }

  /** Has the key hold a generation more. */
  public static void hold(ClusterKey key, int seed) {
    try (ClusterKey next = key.with(secret(seed))) {
      key.hold(next);
    }
  }

  /** Has the key hold a generation more, and use it. */
  public static void use(ClusterKey key, int seed) {
    hold(key, seed);
    useLast(key);
  }

  public static void useLast(ClusterKey key) {
    key.use(key.generations().getLast());
  }

  static byte[] secret(int seed) {
    byte[] secret = new byte[ClusterKey.BYTES];
    Arrays.fill(secret, (byte) seed);
    return secret;
  }
}
