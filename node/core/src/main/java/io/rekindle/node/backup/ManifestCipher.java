package io.rekindle.node.backup;

import io.rekindle.node.error.RekindleException;

/** Seals what says which files a backup has. Thread-safe. */
public interface ManifestCipher {
  byte[] seal(byte[] plaintext, byte[] associatedData);

  /**
   * What was sealed under the same associated data.
   *
   * @throws RekindleException DATA_CORRUPTED when a byte of either is another one
   */
  byte[] open(byte[] sealed, byte[] associatedData);
}
