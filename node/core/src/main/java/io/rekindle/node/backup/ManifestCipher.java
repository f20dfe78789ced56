package io.rekindle.node.backup;

import io.rekindle.node.error.RekindleException;

/**
 * Seals what says which files a backup has, each under a key of its own, which is kept with it,
 * wrapped by the backup key. Thread-safe.
 */
public interface ManifestCipher {
  byte[] seal(byte[] plaintext, byte[] associatedData);

  /**
   * What was sealed under the same associated data.
   *
   * @throws RekindleException DATA_CORRUPTED when a byte of either is another one
   */
  byte[] open(byte[] sealed, byte[] associatedData);

  /**
   * As {@link #open}, of what was sealed under the backup key itself: format 1 of all there is.
   *
   * @throws RekindleException DATA_CORRUPTED when a byte of either is another one
   */
  byte[] openDirect(byte[] sealed, byte[] associatedData);
}
