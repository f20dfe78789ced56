package io.rekindle.node.keyring;

import com.google.crypto.tink.Aead;
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
    try {
      SecretFiles.create(file, cipher(clusterKey).encrypt(TEXT, Parts.of(clusterKey.clusterId())));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("sealing under a good key does not fail", e);
    }
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
    byte[] mark = SecretFiles.read(file, "folder mark", TEXT.length + Xaes.OVERHEAD_BYTES);
    try {
      byte[] text = cipher(clusterKey).decrypt(mark, Parts.of(clusterKey.clusterId()));
      if (Arrays.equals(text, TEXT)) {
        return;
      }
    } catch (GeneralSecurityException e) {
      throw new StartRefusedException(
          "The data beside " + file + " was written under another cluster key.", e);
    }
    throw new StartRefusedException("The folder mark " + file + " is damaged.");
  }

  private static Aead cipher(ClusterKey clusterKey) {
    byte[] key = clusterKey.derive(ClusterKey.Use.FOLDER);
    try {
      return Xaes.of(key);
    } finally {
      Arrays.fill(key, (byte) 0);
    }
  }
}
