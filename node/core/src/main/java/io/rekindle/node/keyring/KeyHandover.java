package io.rekindle.node.keyring;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Map;

/**
 * How a new generation of the cluster key comes to the other nodes: sealed under the one in use,
 * within their TLS. Who has seen the one in use is kept out by TLS alone.
 */
public final class KeyHandover {
  private static final byte[] LABEL =
      "rekindle cluster key generation".getBytes(StandardCharsets.US_ASCII);

  private KeyHandover() {}

  /**
   * The same key with a new random generation, the last of its, which is not in use.
   *
   * @return owned by the caller
   * @throws RekindleException INVALID_ARGUMENT when it has all that it can have
   */
  public static ClusterKey next(ClusterKey key) {
    int generations = key.generations().size();
    if (generations >= ClusterKey.GENERATIONS_MAX) {
      throw RekindleException.invalid(
          "cluster_key", "it was replaced as often as it can be, it has " + generations);
    }
    byte[] secret = new byte[ClusterKey.BYTES];
    new SecureRandom().nextBytes(secret);
    try {
      return key.with(secret);
    } finally {
      Arrays.fill(secret, (byte) 0);
    }
  }

  /** Seals the last generation, for nodes that have the one in use. */
  public static byte[] seal(ClusterKey next) {
    byte[] last = next.last();
    try {
      return new SubKeyCipher(next, ClusterKey.Use.HANDOVER).encrypt(last, associatedData(next));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("sealing under a good key does not fail", e);
    } finally {
      Arrays.fill(last, (byte) 0);
    }
  }

  /**
   * The key of this node with the generation that another one has sealed, if it does not have that
   * already.
   *
   * @return owned by the caller
   * @throws RekindleException DATA_CORRUPTED when it was not sealed for this cluster
   */
  public static ClusterKey open(ClusterKey own, byte[] sealed) {
    byte[] secret = new byte[0];
    try {
      secret = new SubKeyCipher(own, ClusterKey.Use.HANDOVER).decrypt(sealed, associatedData(own));
      return own.with(secret);
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new RekindleException(
          ErrorCode.DATA_CORRUPTED, "a new cluster key does not open", Map.of(), e);
    } finally {
      Arrays.fill(secret, (byte) 0);
    }
  }

  private static byte[] associatedData(ClusterKey key) {
    return Parts.join(LABEL, Parts.of(key.clusterId()));
  }
}
