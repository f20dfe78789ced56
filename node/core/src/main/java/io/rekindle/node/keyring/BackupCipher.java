package io.rekindle.node.keyring;

import io.rekindle.node.backup.ManifestCipher;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Map;

/**
 * Seals manifests and lists of backups: each under a key of its own, which stands before it,
 * wrapped by the cluster's {@code backup} sub-key. Thread-safe.
 */
public final class BackupCipher implements ManifestCipher {
  private final FileKeys keys;

  public BackupCipher(ClusterKey clusterKey) {
    this.keys = new FileKeys(clusterKey, ClusterKey.Use.BACKUP);
  }

  @Override
  public byte[] seal(byte[] plaintext, byte[] associatedData) {
    FileKeys.FileKey key = keys.make(associatedData);
    byte[] sealed = key.seal(plaintext, associatedData);
    return ByteBuffer.allocate(FileKeys.WRAPPED_BYTES + sealed.length)
        .put(key.wrapped())
        .put(sealed)
        .array();
  }

  @Override
  public byte[] open(byte[] sealed, byte[] associatedData) {
    try {
      FileKeys.FileKey key = keys.open(sealed, associatedData);
      byte[] content = Arrays.copyOfRange(sealed, FileKeys.WRAPPED_BYTES, sealed.length);
      return key.cipher().decrypt(content, associatedData);
    } catch (GeneralSecurityException e) {
      throw damaged(e);
    }
  }

  @Override
  public byte[] openDirect(byte[] sealed, byte[] associatedData) {
    try {
      return keys.openDirect(sealed, associatedData);
    } catch (GeneralSecurityException e) {
      throw damaged(e);
    }
  }

  private static RekindleException damaged(GeneralSecurityException cause) {
    return new RekindleException(
        ErrorCode.DATA_CORRUPTED,
        "the manifest does not open: it was altered, or is of another cluster",
        Map.of(),
        cause);
  }
}
