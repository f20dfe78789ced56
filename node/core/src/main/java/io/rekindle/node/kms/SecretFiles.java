package io.rekindle.node.kms;

import io.rekindle.node.error.StartRefusedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;

/**
 * Files that only their owner may read (mode 0600), written at once or not at all.
 *
 * <p>A file is born with its mode under a random name beside its place, forced to disk, and moved
 * in by one atomic rename: nobody ever sees half a secret, or a secret with a wider mode.
 */
public final class SecretFiles {
  /** Ends the name of a file that was being written; leftovers are removed at start. */
  public static final String UNFINISHED_SUFFIX = ".unfinished";

  private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(
          EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE));
  private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY_FOLDER =
      PosixFilePermissions.asFileAttribute(
          EnumSet.of(
              PosixFilePermission.OWNER_READ,
              PosixFilePermission.OWNER_WRITE,
              PosixFilePermission.OWNER_EXECUTE));

  private SecretFiles() {}

  /**
   * Reads a secret.
   *
   * @param what the file's role, to begin the sentence of a refusal, such as {@code key file}
   * @param bytesMax a longer file is not what it should be
   * @throws StartRefusedException when the file is missing, open to others, or too long
   */
  public static byte[] read(Path file, String what, int bytesMax) {
    try {
      checkOwnerOnly(file, what);
      if (Files.size(file) > bytesMax) {
        throw new StartRefusedException("The " + what + " " + file + " has the wrong size.");
      }
      return Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw new StartRefusedException("The " + what + " " + file + " is missing.", e);
    } catch (IOException e) {
      throw new StartRefusedException("The " + what + " " + file + " cannot be read.", e);
    }
  }

  /** Writes {@code content} to {@code file}, replacing what was there. Makes its folder, 0700. */
  public static void write(Path file, byte[] content) throws IOException {
    Path unfinished = writeUnfinished(file, content);
    try {
      Files.move(
          unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(unfinished);
    }
    forceFolder(file);
  }

  /**
   * Like {@link #write}, but never replaces a file.
   *
   * @throws java.nio.file.FileAlreadyExistsException when {@code file} is there
   */
  public static void create(Path file, byte[] content) throws IOException {
    Path unfinished = writeUnfinished(file, content);
    try {
      // A rename would replace; a second name for the finished file does not.
      Files.createLink(file, unfinished);
    } finally {
      Files.deleteIfExists(unfinished);
    }
    forceFolder(file);
  }

  /** Makes {@code folder} and what is missing above it, for the owner alone (mode 0700). */
  public static void createFolder(Path folder) throws IOException {
    Files.createDirectories(folder, OWNER_ONLY_FOLDER);
  }

  private static void checkOwnerOnly(Path file, String what) throws IOException {
    Set<PosixFilePermission> mode = Files.getPosixFilePermissions(file);
    if (!Files.isRegularFile(file)) {
      throw new StartRefusedException("The " + what + " " + file + " is not a file.");
    }
    Set<PosixFilePermission> others = EnumSet.noneOf(PosixFilePermission.class);
    others.addAll(mode);
    others.remove(PosixFilePermission.OWNER_READ);
    others.remove(PosixFilePermission.OWNER_WRITE);
    if (!others.isEmpty()) {
      throw new StartRefusedException(
          "The " + what + " " + file + " is open to others; its mode must be 0600.");
    }
  }

  private static Path writeUnfinished(Path file, byte[] content) throws IOException {
    Path absolute = file.toAbsolutePath();
    createFolder(parent(absolute));
    Path unfinished =
        absolute.resolveSibling(
            absolute.getFileName() + "." + UUID.randomUUID() + UNFINISHED_SUFFIX);
    Set<StandardOpenOption> options =
        EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    try (FileChannel channel = FileChannel.open(unfinished, options, OWNER_ONLY)) {
      ByteBuffer buffer = ByteBuffer.wrap(content);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      channel.force(true);
    }
    return unfinished;
  }

  private static Path parent(Path file) {
    return Objects.requireNonNull(file.toAbsolutePath().getParent(), "a file lies in a folder");
  }

  private static void forceFolder(Path file) throws IOException {
    try (FileChannel folder = FileChannel.open(parent(file), StandardOpenOption.READ)) {
      folder.force(true);
    }
  }
}
