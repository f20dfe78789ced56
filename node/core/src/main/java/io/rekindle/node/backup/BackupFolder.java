package io.rekindle.node.backup;

import io.rekindle.node.audit.Hash;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.kms.SecretFiles;
import io.rekindle.node.model.BackupName;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
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
 * node, and the {@code manifest}, which was written last ({@link ManifestFile}).
 */
public final class BackupFolder {
  static final String MANIFEST = "manifest";
  static final String PARTS = "parts";

  /** Of the list of one node's files: some 100,000 of them. */
  static final int PART_BYTES_MAX = 16 << 20;

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

  /**
   * The manifest's file, read once.
   *
   * @throws RekindleException DATA_CORRUPTED when there is no manifest of this release
   */
  public ManifestFile readManifest() {
    if (!hasManifest()) {
      throw damaged("the manifest is missing", null);
    }
    return ManifestFile.of(read(MANIFEST, "the manifest", ManifestFile.BYTES_MAX));
  }

  /**
   * All of a file.
   *
   * @param what it is, to begin the sentence of an error
   */
  private byte[] read(String name, String what, int bytesMax) {
    try (InputStream in = Files.newInputStream(path.resolve(name), LinkOption.NOFOLLOW_LINKS)) {
      byte[] bytes = in.readNBytes(bytesMax + 1);
      if (bytes.length > bytesMax) {
        throw damaged(
            "%s has more than %,d bytes: it was not read".formatted(what, bytesMax), null);
      }
      return bytes;
    } catch (IOException e) {
      throw damaged(what + " can't be read", e);
    }
  }

  /** Finishes the backup. */
  void writeManifest(byte[] manifest) {
    try {
      SecretFiles.write(path.resolve(MANIFEST), manifest);
    } catch (IOException e) {
      throw notWritten(e);
    }
  }

  /** Where a node's list is, below the folder. */
  static String place(String nodeId) {
    return PARTS + "/" + nodeId;
  }

  /** Lists a node's files; returns the hash of the list. */
  Hash writePart(NodePart part, BackupName name, UUID id, ManifestCipher cipher) {
    byte[] sealed = PartFile.seal(part, name, id, cipher);
    try {
      if (sealed.length > PART_BYTES_MAX) {
        throw new IOException("the list of a node's files is over its limit");
      }
      SecretFiles.write(path.resolve(place(part.nodeId())), sealed);
    } catch (IOException e) {
      throw notWritten(e);
    }
    return sha256(sealed);
  }

  /**
   * A node's list.
   *
   * @throws RekindleException DATA_CORRUPTED when it is missing, altered or another one's
   */
  NodePart part(BackupManifest.Node node, BackupManifest manifest, ManifestCipher cipher) {
    String place = place(node.nodeId());
    byte[] sealed = read(place, place, PART_BYTES_MAX);
    if (!sha256(sealed).equals(node.part())) {
      throw damaged(place + " was altered", null);
    }
    return PartFile.open(sealed, manifest, node.nodeId(), cipher);
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
      MessageDigest digest = digest();
      byte[] buffer = new byte[BUFFER_BYTES];
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        digest.update(buffer, 0, read);
      }
      return Hash.of(digest.digest());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Hash sha256(byte[] bytes) {
    return Hash.of(digest().digest(bytes));
  }

  static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
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

  static RekindleException damaged(String text, @Nullable Throwable cause) {
    return new RekindleException(ErrorCode.DATA_CORRUPTED, text, Map.of(), cause);
  }
}
