package io.rekindle.node.keyring;

import com.google.crypto.tink.Aead;
import io.rekindle.node.kms.Xaes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;

/**
 * Keys of files: a random one for each, wrapped by a sub-key of the cluster key, to stand at the
 * head of its file. So the sub-key seals keys alone, and a file's key dies with the file.
 *
 * <p>A wrapped key opens only with the associated data that it was made with, and what formats
 * before it sealed under the sub-key itself is no wrapped key, nor the other way round.
 * Thread-safe.
 */
final class FileKeys {
  /** Of a wrapped key. */
  static final int WRAPPED_BYTES = Xaes.OVERHEAD_BYTES + Xaes.KEY_BYTES;

  /** No associated data of a content begins with it. */
  private static final byte[] LABEL = "rekindle file key 1 ".getBytes(StandardCharsets.UTF_8);

  private final SubKeyCipher subKey;
  private final SecureRandom random = new SecureRandom();

  /** Derives the sub-key, and keeps it when the cluster key is closed. */
  FileKeys(ClusterKey clusterKey, ClusterKey.Use use) {
    this.subKey = new SubKeyCipher(clusterKey, use);
  }

  /**
   * The key of one file; for as long as the file is open. Thread-safe.
   *
   * @param wrappedBy the sub-key that was in use then
   */
  record FileKey(byte[] wrapped, Aead cipher, Aead wrappedBy) {
    byte[] seal(byte[] plaintext, byte[] associatedData) {
      return FileKeys.seal(cipher, plaintext, associatedData);
    }
  }

  /** A new one. */
  FileKey make(byte[] associatedData) {
    byte[] key = new byte[Xaes.KEY_BYTES];
    random.nextBytes(key);
    Aead by = subKey.inUse();
    try {
      return new FileKey(seal(by, key, labelled(associatedData)), Xaes.of(key), by);
    } finally {
      Arrays.fill(key, (byte) 0);
    }
  }

  /**
   * The one at the head of a file.
   *
   * @param head begins with the wrapped key; the rest is not looked at
   * @throws GeneralSecurityException when it is shorter, altered, or of another place or cluster
   */
  FileKey open(byte[] head, byte[] associatedData) throws GeneralSecurityException {
    byte[] wrapped = Arrays.copyOf(head, Math.min(head.length, WRAPPED_BYTES));
    SubKeyCipher.Opened opened = subKey.open(wrapped, labelled(associatedData));
    byte[] key = opened.plaintext();
    try {
      return new FileKey(wrapped, Xaes.of(key), opened.by());
    } finally {
      Arrays.fill(key, (byte) 0);
    }
  }

  /** Whether the cluster key was replaced since it was wrapped. */
  boolean isOutdated(FileKey key) {
    return key.wrappedBy() != subKey.inUse();
  }

  /** Opens what was sealed under the sub-key itself, when files had no keys of their own. */
  byte[] openDirect(byte[] sealed, byte[] associatedData) throws GeneralSecurityException {
    return subKey.decrypt(sealed, associatedData);
  }

  private static byte[] seal(Aead cipher, byte[] plaintext, byte[] associatedData) {
    try {
      return cipher.encrypt(plaintext, associatedData);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("sealing under a good key does not fail", e);
    }
  }

  private static byte[] labelled(byte[] associatedData) {
    return ByteBuffer.allocate(LABEL.length + associatedData.length)
        .put(LABEL)
        .put(associatedData)
        .array();
  }
}
