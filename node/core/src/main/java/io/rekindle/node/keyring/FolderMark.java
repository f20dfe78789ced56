package io.rekindle.node.keyring;

import io.rekindle.node.error.StartRefusedException;
import io.rekindle.node.kms.SecretFiles;
import io.rekindle.node.kms.Xaes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Arrays;

/**
 * A small sealed file that says which cluster key a data folder was written under, so that a wrong
 * one is refused before Ignite or the audit touches anything.
 */
public final class FolderMark {
  /** Below the data folder. */
  public static final String FILE = "keys/folder.mark";

  private static final byte[] TEXT = "rekindle data folder".getBytes(StandardCharsets.US_ASCII);

  private FolderMark() {}

  /** Marks a new data folder; call it once, before anything is written under the key. */
  public static void create(Path file, ClusterKey clusterKey) throws IOException {
    SecretFiles.create(file, seal(clusterKey));
  }

  private static byte[] seal(ClusterKey clusterKey) {
    try {
      return cipher(clusterKey).encrypt(TEXT, Parts.of(clusterKey.clusterId()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("sealing under a good key does not fail", e);
    }
  }

  /**
   * Marks it anew where the mark is of another generation than the one in use: a key without that
   * one is refused from then on.
   *
   * @throws StartRefusedException when the folder was written under another cluster key
   */
  public static void bringUpToDate(Path file, ClusterKey clusterKey) throws IOException {
    SubKeyCipher cipher = cipher(clusterKey);
    try {
      if (cipher.open(read(file), Parts.of(clusterKey.clusterId())).by() != cipher.inUse()) {
        SecretFiles.write(file, seal(clusterKey));
      }
    } catch (GeneralSecurityException e) {
      throw ofAnother(file, e);
    }
  }

  private static StartRefusedException ofAnother(Path file, GeneralSecurityException cause) {
    return new StartRefusedException(
        "The data beside " + file + " was written under another cluster key.", cause);
  }

  private static byte[] read(Path file) {
    return SecretFiles.read(file, "folder mark", TEXT.length + Xaes.OVERHEAD_BYTES);
  }

  public static boolean exists(Path file) {
    return Files.exists(file);
  }

  /**
   * Changes nothing.
   *
   * @throws StartRefusedException when the folder was written under another cluster key
   */
  public static void check(Path file, ClusterKey clusterKey) {
    byte[] mark = read(file);
    try {
      byte[] text = cipher(clusterKey).decrypt(mark, Parts.of(clusterKey.clusterId()));
      if (Arrays.equals(text, TEXT)) {
        return;
      }
    } catch (GeneralSecurityException e) {
      throw ofAnother(file, e);
    }
    throw new StartRefusedException("The folder mark " + file + " is damaged.");
  }

  private static SubKeyCipher cipher(ClusterKey clusterKey) {
    return new SubKeyCipher(clusterKey, ClusterKey.Use.FOLDER);
  }
}
