package io.rekindle.node.keyring;

import com.google.crypto.tink.Aead;
import io.rekindle.node.audit.BlockCipher;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import java.security.GeneralSecurityException;
import java.util.Map;

/**
 * Seals audit blocks under the cluster's {@code audit} sub-key.
 *
 * <p>It keeps that sub-key for itself: the audit goes on when the cluster key was closed because
 * the customer's key is revoked. Safe for use by many threads.
 */
public final class AuditCipher implements BlockCipher {
  private volatile Aead cipher;

  public AuditCipher(ClusterKey clusterKey) {
    this.cipher = new SubKeyCipher(clusterKey, ClusterKey.Use.AUDIT);
  }

  /** Goes on with the same cluster key, unwrapped anew: it may be replaced from now on. */
  public void follow(ClusterKey unwrappedAgain) {
    cipher = new SubKeyCipher(unwrappedAgain, ClusterKey.Use.AUDIT);
  }

  @Override
  public byte[] seal(byte[] plaintext, byte[] aad) {
    try {
      return cipher.encrypt(plaintext, aad);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("sealing under a good key does not fail", e);
    }
  }

  @Override
  public byte[] open(byte[] sealed, byte[] aad) {
    try {
      return cipher.decrypt(sealed, aad);
    } catch (GeneralSecurityException e) {
      throw new RekindleException(
          ErrorCode.DATA_CORRUPTED, "an audit block does not open", Map.of(), e);
    }
  }
}
