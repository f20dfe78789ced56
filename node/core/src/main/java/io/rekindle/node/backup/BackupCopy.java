package io.rekindle.node.backup;

import static java.util.Objects.requireNonNull;

import io.rekindle.node.audit.Hash;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.kms.SecretFiles;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Takes the files of a backup to a place that nobody else writes to, and holds what was taken, not
 * what is read again afterwards, against the manifest: whoever can write to the folder of backups
 * may exchange files at any moment, and has nothing restored by it.
 */
public final class BackupCopy {
  private static final int BUFFER_BYTES = 1 << 16;

  private final BackupFolder folder;
  private final Path to;
  private final Map<String, Hash> taken = new HashMap<>();

  private BackupCopy(BackupFolder folder, Path to) {
    this.folder = folder;
    this.to = to;
  }

  /**
   * Takes all files of all parts.
   *
   * @param to a folder for the owner alone, made here
   * @throws RekindleException DATA_CORRUPTED for the first file that is not as the manifest says
   * @throws IOException when it can't be written
   */
  public static void make(
      BackupFolder folder, BackupManifest manifest, ManifestCipher cipher, Path to)
      throws IOException {
    SecretFiles.createFolder(to);
    BackupCopy copy = new BackupCopy(folder, to);
    for (BackupManifest.Node node : manifest.nodes()) {
      for (BackupFile file : folder.part(node, manifest, cipher).files()) {
        copy.take(file);
      }
    }
  }

  private void take(BackupFile file) throws IOException {
    Hash before = taken.putIfAbsent(file.path(), file.sha256());
    if (before != null && before.equals(file.sha256())) {
      return; // More than one node lists it.
    }
    Path target = to.resolve(file.path()).normalize();
    if (before != null || !target.startsWith(to)) {
      throw altered(file, "can't be two files, or lie elsewhere", null);
    }
    SecretFiles.createFolder(requireNonNull(target.getParent()));
    if (!take(file, target).equals(file.sha256())) {
      throw altered(file, "was altered", null);
    }
  }

  private Hash take(BackupFile file, Path target) throws IOException {
    MessageDigest digest = BackupFolder.digest();
    try (InputStream in = open(file);
        OutputStream out = Files.newOutputStream(target, StandardOpenOption.CREATE_NEW)) {
      byte[] buffer = new byte[BUFFER_BYTES];
      long left = file.bytes();
      for (int read = read(file, in, buffer); read >= 0; read = read(file, in, buffer)) {
        left -= read;
        if (left < 0) {
          throw altered(file, "has more bytes than it had", null);
        }
        digest.update(buffer, 0, read);
        out.write(buffer, 0, read);
      }
    }
    return Hash.of(digest.digest());
  }

  private InputStream open(BackupFile file) {
    try {
      return Files.newInputStream(folder.path().resolve(file.path()), LinkOption.NOFOLLOW_LINKS);
    } catch (IOException e) {
      throw altered(file, "is missing, or can't be read", e);
    }
  }

  /** What can't be read is the backup's fault; what can't be written is not. */
  private static int read(BackupFile file, InputStream in, byte[] buffer) {
    try {
      return in.read(buffer);
    } catch (IOException e) {
      throw altered(file, "can't be read", e);
    }
  }

  private static RekindleException altered(BackupFile file, String how, @Nullable Throwable cause) {
    return new RekindleException(
        ErrorCode.DATA_CORRUPTED, file.path() + " " + how, Map.of(), cause);
  }
}
