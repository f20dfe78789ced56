package io.rekindle.node.audit;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.NavigableMap;
import java.util.Set;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The folder of the tail files, held by a lock file against a second process. Thread-safe. */
final class TailFolder implements AutoCloseable {
  private static final Pattern NAME = Pattern.compile("tail-(\\d{19})\\.audit");

  private final Path folder;
  private final FileChannel lockFile;
  private final ConcurrentNavigableMap<Long, Long> sizes = new ConcurrentSkipListMap<>();
  private final AtomicLong bytes = new AtomicLong();

  private TailFolder(Path folder, FileChannel lockFile) {
    this.folder = folder;
    this.lockFile = lockFile;
  }

  static TailFolder open(Path folder) throws IOException {
    Files.createDirectories(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    FileChannel lockFile =
        FileChannel.open(
            folder.resolve("lock"),
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try {
      if (!locked(lockFile)) {
        throw new RekindleException(
            ErrorCode.AUDIT_UNAVAILABLE, "another process uses the audit folder");
      }
      TailFolder opened = new TailFolder(folder, lockFile);
      opened.list();
      return opened;
    } catch (IOException | RuntimeException e) {
      lockFile.close();
      throw e;
    }
  }

  private static boolean locked(FileChannel channel) throws IOException {
    try {
      @Nullable FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  private void list() throws IOException {
    try (Stream<Path> paths = Files.list(folder)) {
      for (Path path : paths.toList()) {
        Matcher matcher = NAME.matcher(path.getFileName().toString());
        if (matcher.matches()) {
          resized(Long.parseLong(matcher.group(1)), Files.size(path));
        }
      }
    }
  }

  Path path(long file) {
    return folder.resolve(String.format("tail-%019d.audit", file));
  }

  Path headPath() {
    return folder.resolve("head.audit");
  }

  /** Sizes in bytes by number; a live view. */
  NavigableMap<Long, Long> sizes() {
    return sizes;
  }

  long bytes() {
    return bytes.get();
  }

  void resized(long file, long size) {
    @Nullable Long former = sizes.put(file, size);
    bytes.addAndGet(size - (former == null ? 0 : former));
  }

  void delete(long file) throws IOException {
    Files.deleteIfExists(path(file));
    forget(file);
  }

  /** Takes a damaged file out of the tail and keeps it as evidence. */
  void setAside(long file) throws IOException {
    Files.move(
        path(file),
        folder.resolve(String.format("damaged-%019d.audit", file)),
        StandardCopyOption.REPLACE_EXISTING);
    forget(file);
  }

  private void forget(long file) {
    @Nullable Long size = sizes.remove(file);
    bytes.addAndGet(size == null ? 0 : -size);
  }

  /** Makes created and renamed files survive a power loss. */
  void sync() throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  @Override
  public void close() throws IOException {
    lockFile.close();
  }
}
