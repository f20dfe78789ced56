package io.rekindle.node.keyring;

import io.rekindle.node.audit.BlockCipher;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import java.security.GeneralSecurityException;
import java.util.Map;

/**
 * Keys of the audit's files and blocks, wrapped by the cluster's {@code audit} sub-key.
 *
 * <p>It keeps that sub-key for itself: the audit goes on when the cluster key was closed because
 * the customer's key is revoked. Safe for use by many threads.
 */
public final class AuditCipher implements BlockCipher {
  private volatile FileKeys keys;

  public AuditCipher(ClusterKey clusterKey) {
    this.keys = new FileKeys(clusterKey, ClusterKey.Use.AUDIT);
  }

  /** Goes on with the same cluster key, unwrapped anew: it may be replaced from now on. */
  public void follow(ClusterKey unwrappedAgain) {
    keys = new FileKeys(unwrappedAgain, ClusterKey.Use.AUDIT);
  }

  @Override
  public Key newKey(byte[] aad) {
    return new OpenKey(keys.make(aad));
  }

  @Override
  public Key openKey(byte[] head, byte[] aad) {
    return new OpenKey(opened(() -> keys.open(head, aad)));
  }

  @Override
  public byte[] openDirect(byte[] sealed, byte[] aad) {
    return opened(() -> keys.openDirect(sealed, aad));
  }

  @Override
  public boolean isOutdated(Key key) {
    return key instanceof OpenKey open && keys.isOutdated(open.key());
  }

  private record OpenKey(FileKeys.FileKey key) implements Key {
    @Override
    public byte[] wrapped() {
      return key.wrapped();
    }

    @Override
    public byte[] seal(byte[] plaintext, byte[] aad) {
      return key.seal(plaintext, aad);
    }

    @Override
    public byte[] open(byte[] sealed, byte[] aad) {
      return opened(() -> key.cipher().decrypt(sealed, aad));
    }
  }

  /** What is done with a cipher. */
  private interface Opening<T> {
    T open() throws GeneralSecurityException;
  }

  private static <T> T opened(Opening<T> opening) {
    try {
      return opening.open();
    } catch (GeneralSecurityException e) {
      throw new RekindleException(
          ErrorCode.DATA_CORRUPTED, "an audit block does not open", Map.of(), e);
    }
  }
}
