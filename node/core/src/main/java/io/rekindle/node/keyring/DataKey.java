package io.rekindle.node.keyring;

import com.google.crypto.tink.Aead;
import io.rekindle.node.kms.Xaes;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * One version of a data key, unwrapped: a random id, and three sub-keys for sealing, for digests,
 * and the commitment that names the key inside each envelope.
 *
 * <p>The commitment is needed because GCM alone is not key-committing: without it, bytes could be
 * made that open under two keys with two meanings. Safe for use by many threads.
 */
final class DataKey {
  static final int ID_BYTES = Long.BYTES;
  static final int COMMITMENT_BYTES = 32;

  private final long id;
  private final Aead cipher;
  private final byte[] commitment;
  private final SecretKeySpec digestKey;

  /** Wipes {@code secret}. */
  DataKey(long id, byte[] secret) {
    byte[] salt = ByteBuffer.allocate(ID_BYTES).putLong(id).array();
    byte[] sealKey = ClusterKey.derive(secret, salt, "rekindle/1/data/seal");
    byte[] digest = ClusterKey.derive(secret, salt, "rekindle/1/data/digest");
    this.id = id;
    this.cipher = Xaes.of(sealKey);
    this.commitment = ClusterKey.derive(secret, salt, "rekindle/1/data/commitment");
    this.digestKey = new SecretKeySpec(digest, "HmacSHA256");
    Arrays.fill(sealKey, (byte) 0);
    Arrays.fill(digest, (byte) 0);
    Arrays.fill(secret, (byte) 0);
  }

  long id() {
    return id;
  }

  byte[] commitment() {
    return commitment;
  }

  /** In constant time. */
  boolean commits(byte[] claimed) {
    return MessageDigest.isEqual(commitment, claimed);
  }

  byte[] encrypt(byte[] plaintext, byte[] associatedData) {
    try {
      return cipher.encrypt(plaintext, associatedData);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("sealing under a good key does not fail", e);
    }
  }

  /**
   * @throws GeneralSecurityException when the bytes were not sealed by this key in this place
   */
  byte[] decrypt(byte[] ciphertext, byte[] associatedData) throws GeneralSecurityException {
    return cipher.decrypt(ciphertext, associatedData);
  }

  /** HMAC-SHA-256 over the parts, each after its length. */
  byte[] digest(byte[]... parts) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(digestKey);
      return mac.doFinal(Parts.join(parts));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has HmacSHA256", e);
    }
  }
}
