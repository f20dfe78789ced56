package io.rekindle.node.backup;

import io.rekindle.node.audit.Hash;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.kms.SecretFiles;
import io.rekindle.node.model.BackupName;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The folder of one backup: what Ignite wrote, {@code parts/} with a sealed list of files for each
 * node, and the {@code manifest}, which was written last.
 *
 * <p>The manifest is {@code RKBM}, format byte 1, the length of the wrapped cluster key (4 bytes)
 * and that key as it lies in {@code keys/cluster.key}, then the sealed rest. What stands before it
 * is bound to the rest.
 */
public final class BackupFolder {
  static final String MANIFEST = "manifest";
  static final String PARTS = "parts";
  private static final int MAGIC = 0x524b424d;
  private static final byte FORMAT = 1;
  private static final int HEAD_BYTES = 9;
  private static final int KEY_BYTES_MAX = 16 << 10;
  private static final int BUFFER_BYTES = 1 << 16;

  private final Path path;

  public BackupFolder(Path path) {
    this.path = path;
  }

  /** Where it is. */
  public Path path() {
    return path;
  }

  /** Whether it was finished, by its looks. */
  public boolean hasManifest() {
    return isFolder(path) && Files.isRegularFile(path.resolve(MANIFEST), LinkOption.NOFOLLOW_LINKS);
  }

  /** SHA-256 of the manifest's file. */
  public Hash manifestHash() {
    return sha256(path.resolve(MANIFEST));
  }

  /**
   * The wrapped cluster key, as in its file; it is worth nothing without the customer's.
   *
   * @throws RekindleException DATA_CORRUPTED when there is no manifest of this release
   */
  public byte[] clusterKeyFile() {
    ByteBuffer in = manifestFile();
    byte[] key = new byte[in.getInt(HEAD_BYTES - Integer.BYTES)];
    in.get(HEAD_BYTES, key);
    return key;
  }

  /**
   * The manifest.
   *
   * @throws RekindleException DATA_CORRUPTED when it is missing or altered
   */
  public BackupManifest manifest(ManifestCipher cipher) {
    ByteBuffer in = manifestFile();
    int head = HEAD_BYTES + in.getInt(HEAD_BYTES - Integer.BYTES);
    byte[] clear = new byte[head];
    byte[] sealed = new byte[in.remaining() - head];
    in.get(clear).get(sealed);
    return BackupCodec.manifest(cipher.open(sealed, clear));
  }

  private ByteBuffer manifestFile() {
    Path file = path.resolve(MANIFEST);
    if (!hasManifest()) {
      throw damaged("the manifest is missing", null);
    }
    try {
      ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file));
      if (in.remaining() < HEAD_BYTES || in.getInt(0) != MAGIC) {
        throw damaged("the manifest is none", null);
      }
      if (in.get(Integer.BYTES) != FORMAT) {
        throw damaged("the manifest was written by a newer release", null);
      }
      int key = in.getInt(HEAD_BYTES - Integer.BYTES);
      if (key < 0 || key > KEY_BYTES_MAX || HEAD_BYTES + key > in.remaining()) {
        throw damaged("the manifest does not open", null);
      }
      return in;
    } catch (IOException e) {
      throw damaged("the manifest can't be read", e);
    }
  }

  /** The bytes of a manifest. */
  static byte[] seal(BackupManifest manifest, byte[] clusterKeyFile, ManifestCipher cipher) {
    byte[] clear =
        ByteBuffer.allocate(HEAD_BYTES + clusterKeyFile.length)
            .putInt(MAGIC)
            .put(FORMAT)
            .putInt(clusterKeyFile.length)
            .put(clusterKeyFile)
            .array();
    byte[] sealed = cipher.seal(BackupCodec.bytesOf(manifest), clear);
    return ByteBuffer.allocate(clear.length + sealed.length).put(clear).put(sealed).array();
  }

  /** Finishes the backup. */
  void writeManifest(byte[] manifest) {
    try {
      SecretFiles.write(path.resolve(MANIFEST), manifest);
    } catch (IOException e) {
      throw notWritten(e);
    }
  }

  Path partFile(String nodeId) {
    return path.resolve(PARTS).resolve(nodeId);
  }

  /** Lists a node's files; returns the hash of the list. */
  Hash writePart(NodePart part, BackupName name, UUID id, ManifestCipher cipher) {
    try {
      SecretFiles.write(
          partFile(part.nodeId()),
          cipher.seal(BackupCodec.bytesOf(part), partData(name, id, part.nodeId())));
    } catch (IOException e) {
      throw notWritten(e);
    }
    return sha256(partFile(part.nodeId()));
  }

  /**
   * A node's list.
   *
   * @throws RekindleException DATA_CORRUPTED when it is missing, altered or another one's
   */
  NodePart part(String nodeId, BackupManifest manifest, ManifestCipher cipher) {
    byte[] sealed;
    try {
      sealed = Files.readAllBytes(partFile(nodeId));
    } catch (IOException e) {
      throw damaged("the list of a node's files can't be read", e);
    }
    return BackupCodec.part(cipher.open(sealed, partData(manifest.name(), manifest.id(), nodeId)));
  }

  private static byte[] partData(BackupName name, UUID id, String nodeId) {
    return ("rekindle backup part " + FORMAT + ' ' + name + ' ' + id + ' ' + nodeId)
        .getBytes(StandardCharsets.UTF_8);
  }

  /**
   * What is in it, by path below it; links are not followed.
   *
   * @param files regular files
   * @param others what is neither a file nor a folder; the folder itself, as an empty path, when it
   *     is none
   */
  record Entries(List<String> files, List<String> others) {}

  /** Looks at all of it. */
  Entries entries() {
    List<String> files = new ArrayList<>();
    List<String> others = new ArrayList<>();
    try (Stream<Path> all = Files.walk(path)) {
      for (Path entry : all.sorted().toList()) {
        String name = path.relativize(entry).toString();
        if (Files.isRegularFile(entry, LinkOption.NOFOLLOW_LINKS)) {
          files.add(name);
        } else if (!isFolder(entry)) {
          others.add(name);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Entries(files, others);
  }

  /** Whether something is a folder, and no link to one. */
  static boolean isFolder(Path path) {
    return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
  }

  /**
   * Deletes it, the manifest first; nothing happens when it is not there.
   *
   * @throws RekindleException DATA_CORRUPTED, having deleted nothing, when something in it is
   *     neither a file nor a folder
   */
  void delete() {
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    List<String> others = entries().others();
    if (!others.isEmpty()) {
      throw new RekindleException(
          ErrorCode.DATA_CORRUPTED,
          "the folder of the backup has what is neither a file nor a folder, such as a link: it is"
              + " left as it is, to be deleted by hand",
          Map.of("entry", path.resolve(others.getFirst()).toString()));
    }
    try {
      FolderDeletion.delete(path, MANIFEST);
    } catch (IOException e) {
      throw notWritten(e);
    }
  }

  /** Reads all of a file. */
  static Hash sha256(Path file) {
    try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] buffer = new byte[BUFFER_BYTES];
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        digest.update(buffer, 0, read);
      }
      return Hash.of(digest.digest());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** Returns when a file, or the names in a folder, survive a power loss. */
  static void force(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  static RekindleException notWritten(IOException cause) {
    return new RekindleException(
        ErrorCode.BACKUP_FAILED, "the folder of the backup can't be written to", Map.of(), cause);
  }

  private static RekindleException damaged(String text, @Nullable Throwable cause) {
    return new RekindleException(ErrorCode.DATA_CORRUPTED, text, Map.of(), cause);
  }
}
