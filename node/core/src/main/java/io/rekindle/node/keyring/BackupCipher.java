package io.rekindle.node.keyring;

import com.google.crypto.tink.Aead;
import io.rekindle.node.backup.ManifestCipher;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import java.security.GeneralSecurityException;
import java.util.Map;

/** Seals manifests of backups under the cluster's {@code backup} sub-key. Thread-safe. */
public final class BackupCipher implements ManifestCipher {
  private final Aead cipher;

  public BackupCipher(ClusterKey clusterKey) {
    this.cipher = new SubKeyCipher(clusterKey, ClusterKey.Use.BACKUP);
  }

  @Override
  public byte[] seal(byte[] plaintext, byte[] associatedData) {
    try {
      return cipher.encrypt(plaintext, associatedData);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("sealing under a good key does not fail", e);
    }
  }

  @Override
  public byte[] open(byte[] sealed, byte[] associatedData) {
    try {
      return cipher.decrypt(sealed, associatedData);
    } catch (GeneralSecurityException e) {
      throw new RekindleException(
          ErrorCode.DATA_CORRUPTED,
          "the manifest does not open: it was altered, or is of another cluster",
          Map.of(),
          e);
    }
  }
}
