package io.rekindle.node.index.words;

import io.rekindle.node.index.FileCipher;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collection;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.lucene.index.IndexFileNames;
import org.apache.lucene.store.ByteBuffersDataOutput;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.FilterDirectory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.store.SingleInstanceLockFactory;

/**
 * Lucene's files: all of them open in memory, those of the last commit sealed on disk besides.
 *
 * <p>The disk is a copy that spares a start from reading every content again. It is not forced out:
 * what a power loss leaves of it does not open, or lacks a file, and is thrown away. Thread-safe as
 * Lucene asks.
 */
public final class SealedDirectory extends FilterDirectory {
  private static final String PENDING = "pending_" + IndexFileNames.SEGMENTS;
  private static final String UNFINISHED = ".unfinished";
  private static final int BUFFER_BYTES = 64 * 1024;

  /** Smaller blocks stay on the heap, where there are many and they live shortly. */
  private static final int NATIVE_FROM_BYTES = 64 * 1024;

  private static final Set<PosixFilePermission> OWNER_ONLY_FOLDER =
      PosixFilePermissions.fromString("rwx------");

  private final Path folder;
  private final FileCipher cipher;

  private SealedDirectory(Path folder, FileCipher cipher) {
    super(
        new ByteBuffersDirectory(
            new SingleInstanceLockFactory(),
            SealedDirectory::output,
            ByteBuffersDirectory.OUTPUT_AS_MANY_BUFFERS));
    this.folder = folder;
    this.cipher = cipher;
  }

  private static ByteBuffersDataOutput output() {
    return new ByteBuffersDataOutput(
        ByteBuffersDataOutput.DEFAULT_MIN_BITS_PER_BLOCK,
        ByteBuffersDataOutput.DEFAULT_MAX_BITS_PER_BLOCK,
        SealedDirectory::block,
        ByteBuffersDataOutput.NO_REUSE);
  }

  private static ByteBuffer block(int bytes) {
    return bytes < NATIVE_FROM_BYTES
        ? ByteBuffer.allocate(bytes)
        : Arena.ofAuto().allocate(bytes).asByteBuffer();
  }

  /** Over a folder, made when it is first needed, whose files are taken in by {@link #load}. */
  public static SealedDirectory of(Path folder, FileCipher cipher) {
    return new SealedDirectory(folder, cipher);
  }

  /** Makes the folder in which those of slices lie, for the owner only. */
  public static void create(Path parent) {
    try {
      createFolders(parent);
    } catch (IOException e) {
      throw new UncheckedIOException("the folder of words cannot be made", e);
    }
  }

  private static void createFolders(Path folder) throws IOException {
    Files.createDirectories(folder, PosixFilePermissions.asFileAttribute(OWNER_ONLY_FOLDER));
  }

  /**
   * Reads what the last commit left.
   *
   * @throws IOException when a file does not open; then {@link #wipe}
   */
  void load() throws IOException {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        load(file);
      }
    }
  }

  private void load(Path file) throws IOException {
    String name = file.getFileName().toString();
    if (name.endsWith(UNFINISHED)) {
      Files.delete(file);
      return;
    }
    try (InputStream raw = new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES);
        InputStream opened = cipher.opening(raw, name);
        IndexOutput out = in.createOutput(name, IOContext.DEFAULT)) {
      byte[] buffer = new byte[BUFFER_BYTES];
      for (int n = opened.read(buffer); n >= 0; n = opened.read(buffer)) {
        out.writeBytes(buffer, n);
      }
    }
  }

  /** Leaves nothing, neither in memory nor on disk. */
  void wipe() throws IOException {
    for (String name : in.listAll()) {
      in.deleteFile(name);
    }
    delete(folder);
  }

  /** Leaves nothing on disk; what is in memory stays, and is written whole by the next commit. */
  void deleteFiles() throws IOException {
    delete(folder);
  }

  /** Bytes of the sealed files in a folder: about what they take when they are loaded. */
  public static long bytes(Path folder) {
    if (!Files.isDirectory(folder)) {
      return 0;
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.mapToLong(file -> file.toFile().length()).sum();
    } catch (IOException e) {
      throw new UncheckedIOException("a folder of words cannot be read", e);
    }
  }

  /** Removes a folder of sealed files, if there is one. */
  public static void delete(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.deleteIfExists(file);
      }
    }
    Files.deleteIfExists(folder);
  }

  /** Called with the files of a commit, before it counts. */
  @Override
  public void sync(Collection<String> names) throws IOException {
    for (String name : names) {
      // Gets its name, and the seal for it, when the commit is made to count.
      if (!name.startsWith(PENDING)) {
        write(name);
      }
    }
  }

  @Override
  public void rename(String source, String dest) throws IOException {
    in.rename(source, dest);
    write(dest);
  }

  @Override
  public void deleteFile(String name) throws IOException {
    in.deleteFile(name);
    Files.deleteIfExists(folder.resolve(name));
  }

  private void write(String name) throws IOException {
    Path file = folder.resolve(name);
    if (Files.exists(file)) {
      // Lucene never writes a name twice.
      return;
    }
    createFolders(folder);
    Path unfinished = folder.resolve(name + UNFINISHED);
    try {
      seal(name, unfinished);
      Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException | RuntimeException e) {
      Files.deleteIfExists(unfinished);
      throw e;
    }
  }

  private void seal(String name, Path to) throws IOException {
    try (OutputStream raw = new BufferedOutputStream(Files.newOutputStream(to), BUFFER_BYTES);
        OutputStream sealed = cipher.sealing(raw, name);
        IndexInput input = in.openInput(name, IOContext.READONCE)) {
      byte[] buffer = new byte[BUFFER_BYTES];
      for (long left = input.length(); left > 0; ) {
        int n = (int) Math.min(buffer.length, left);
        input.readBytes(buffer, 0, n);
        sealed.write(buffer, 0, n);
        left -= n;
      }
    }
  }
}
