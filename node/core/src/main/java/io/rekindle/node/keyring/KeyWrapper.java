package io.rekindle.node.keyring;

import com.google.crypto.tink.Aead;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.kms.Xaes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Map;
import java.util.UUID;

/**
 * Wraps data keys under the cluster's {@code namespace} sub-key, or under that of a tenant.
 *
 * <p>A wrapped key is: format byte (1 by the cluster, 2 by a tenant), key id (8 random bytes),
 * XAES-256-GCM of the 32-byte key. It is bound to the cluster, to what it belongs to, and to its
 * id.
 */
final class KeyWrapper {
  private static final byte BY_CLUSTER = 1;
  private static final byte BY_TENANT = 2;
  private static final int KEY_BYTES = 32;
  private static final int WRAPPED_BYTES = 1 + DataKey.ID_BYTES + KEY_BYTES + Xaes.OVERHEAD_BYTES;

  private final byte format;
  private final UUID clusterId;
  private final Aead cipher;
  private final SecureRandom random = new SecureRandom();

  private KeyWrapper(byte format, UUID clusterId, Aead cipher) {
    this.format = format;
    this.clusterId = clusterId;
    this.cipher = cipher;
  }

  static KeyWrapper of(ClusterKey clusterKey) {
    return new KeyWrapper(
        BY_CLUSTER, clusterKey.clusterId(), new SubKeyCipher(clusterKey, ClusterKey.Use.NAMESPACE));
  }

  /** Wipes {@code key}. */
  static KeyWrapper ofTenant(UUID clusterId, byte[] key) {
    Aead cipher = Xaes.of(key);
    Arrays.fill(key, (byte) 0);
    return new KeyWrapper(BY_TENANT, clusterId, cipher);
  }

  /** Whether it takes the key of a tenant to unwrap it. */
  static boolean isByTenant(byte[] wrapped) {
    return wrapped.length > 0 && wrapped[0] == BY_TENANT;
  }

  /** A new random key, wrapped for {@code owner} (bytes that name it) of a kind {@code label}. */
  byte[] wrapNew(String label, byte[] owner) {
    byte[] secret = new byte[KEY_BYTES];
    random.nextBytes(secret);
    return wrap(label, owner, random.nextLong(), secret);
  }

  /** Wipes {@code secret}. */
  private byte[] wrap(String label, byte[] owner, long id, byte[] secret) {
    try {
      byte[] wrapped = cipher.encrypt(secret, associatedData(label, owner, id));
      return ByteBuffer.allocate(WRAPPED_BYTES).put(format).putLong(id).put(wrapped).array();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("wrapping under a good key does not fail", e);
    } finally {
      Arrays.fill(secret, (byte) 0);
    }
  }

  /**
   * The same key, wrapped by what wraps new ones now.
   *
   * @throws RekindleException as {@link #unwrap}
   */
  byte[] rewrap(String label, byte[] owner, byte[] wrapped) {
    Opened opened = open(label, owner, wrapped);
    return wrap(label, owner, opened.id(), opened.secret());
  }

  /**
   * @throws RekindleException DATA_CORRUPTED when {@code wrapped} was not made for this owner
   */
  DataKey unwrap(String label, byte[] owner, byte[] wrapped) {
    Opened opened = open(label, owner, wrapped);
    return new DataKey(opened.id(), opened.secret());
  }

  /** A key, and the id that is bound to it. */
  private record Opened(long id, byte[] secret) {}

  private Opened open(String label, byte[] owner, byte[] wrapped) {
    if (wrapped.length != WRAPPED_BYTES || wrapped[0] != format) {
      throw new RekindleException(
          ErrorCode.DATA_CORRUPTED, "a data key has an unknown form", Map.of("kind", label));
    }
    ByteBuffer buffer = ByteBuffer.wrap(wrapped, 1, wrapped.length - 1);
    long id = buffer.getLong();
    byte[] sealed = new byte[buffer.remaining()];
    buffer.get(sealed);
    try {
      return new Opened(id, cipher.decrypt(sealed, associatedData(label, owner, id)));
    } catch (GeneralSecurityException e) {
      throw new RekindleException(
          ErrorCode.DATA_CORRUPTED, "a data key does not unwrap", Map.of("kind", label), e);
    }
  }

  private byte[] associatedData(String label, byte[] owner, long id) {
    return Parts.join(
        label.getBytes(StandardCharsets.US_ASCII),
        new byte[] {format},
        Parts.of(clusterId),
        owner,
        ByteBuffer.allocate(DataKey.ID_BYTES).putLong(id).array());
  }
}
