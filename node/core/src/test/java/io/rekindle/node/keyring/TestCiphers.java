package io.rekindle.node.keyring;

/** The ciphers of a cluster whose key never changes, for tests of those who use them. */
public final class TestCiphers {
  private TestCiphers() {}

  /** Of the cluster key that is {@code seed} in every byte. */
  public static AuditCipher audit(int seed) {
    return new AuditCipher(KeyringTest.clusterKey(seed));
  }

  /** Of the cluster key that is {@code seed} in every byte. */
  public static BackupCipher backup(int seed) {
    return new BackupCipher(KeyringTest.clusterKey(seed));
  }
}
