package io.rekindle.node.cluster;

import io.rekindle.node.error.StartRefusedException;
import io.rekindle.node.kms.SecretFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The data folder of a node, held by this process alone, and where things lie in it.
 *
 * <p>All folders are for the owner only (0700). The lock is the operating system's: it ends with
 * the process, however that ends.
 */
public final class EngineFolders implements AutoCloseable {
  private static final String IGNITE = "ignite";
  private static final String PAGES = IGNITE + "/db";
  private static final String NODE_ID = "node.id";

  private final Path dataFolder;
  private final FileChannel lockFile;

  private EngineFolders(Path dataFolder, FileChannel lockFile) {
    this.dataFolder = dataFolder;
    this.lockFile = lockFile;
  }

  /**
   * Locks {@code dataFolder}, making it if it is missing, and removes what an earlier process left
   * half-written.
   *
   * @throws StartRefusedException when another process holds it, or it cannot be written to;
   *     nothing else was touched then
   */
  public static EngineFolders open(Path dataFolder) {
    Path folder = dataFolder.toAbsolutePath().normalize();
    try {
      SecretFiles.createFolder(folder);
      FileChannel lockFile = lock(folder);
      EngineFolders folders = new EngineFolders(folder, lockFile);
      try {
        folders.prepare();
      } catch (IOException | RuntimeException e) {
        lockFile.close();
        throw e;
      }
      return folders;
    } catch (IOException e) {
      throw new StartRefusedException("The data folder " + folder + " cannot be written to.", e);
    }
  }

  public Path dataFolder() {
    return dataFolder;
  }

  /** Ignite's work folder: marshaller and binary types, in clear, without tenants' names. */
  public Path ignite() {
    return dataFolder.resolve(IGNITE);
  }

  public Path pages() {
    return pages(dataFolder);
  }

  /** As {@link #pages()}, of a folder that is not open. */
  static Path pages(Path dataFolder) {
    return dataFolder.resolve(PAGES);
  }

  public Path wal() {
    return ignite().resolve("wal");
  }

  public Path walArchive() {
    return ignite().resolve("wal-archive");
  }

  /** Words of large slices, sealed; a folder for each slice, named by its id. */
  public Path words() {
    return dataFolder.resolve("index").resolve("words");
  }

  /** Sealed snapshots of vectors. */
  public Path vectors() {
    return dataFolder.resolve("index").resolve("vectors");
  }

  /** Where Ignite writes snapshots, and looks for those to restore; they do not stay here. */
  public Path snapshots() {
    return ignite().resolve("snapshots");
  }

  /** The only place for temporary files (java.io.tmpdir); emptied at every start. */
  public Path temporary() {
    return temporary(dataFolder);
  }

  /** As {@link #temporary()}, of a folder that is not open. */
  public static Path temporary(Path dataFolder) {
    return dataFolder.resolve("tmp");
  }

  /** Who this node is in the cluster: random, made once, kept for the folder's life. */
  public UUID nodeId() {
    Path file = dataFolder.resolve(NODE_ID);
    try {
      if (!Files.exists(file)) {
        SecretFiles.create(file, UUID.randomUUID().toString().getBytes(StandardCharsets.US_ASCII));
      }
      return nodeId(file);
    } catch (IOException e) {
      throw new StartRefusedException("The file " + file + " cannot be written.", e);
    }
  }

  private static UUID nodeId(Path file) {
    try {
      return UUID.fromString(Files.readString(file).strip());
    } catch (IOException | IllegalArgumentException e) {
      throw new StartRefusedException("The file " + file + " does not hold a node's id.", e);
    }
  }

  /**
   * Whether the pages in a folder are those of its node; changes nothing, and needs no lock.
   *
   * @throws StartRefusedException when they were deleted or exchanged
   */
  public static void checkPages(Path dataFolder) {
    Path file = dataFolder.resolve(NODE_ID);
    if (Files.exists(file)) {
      new PagesId(dataFolder, nodeId(file)).check();
    }
  }

  /** Marks the pages as those of this node, before the first of them is made. */
  public void markPages() {
    new PagesId(dataFolder, nodeId()).ensure();
  }

  /** Whether an engine ever ran in a folder; changes nothing, and needs no lock. */
  public static boolean hasPages(Path dataFolder) {
    Path pages = pages(dataFolder);
    if (!Files.isDirectory(pages)) {
      return false;
    }
    try (Stream<Path> entries = Files.list(pages)) {
      return entries.findAny().isPresent();
    } catch (IOException e) {
      throw new StartRefusedException("The folder " + pages + " cannot be read.", e);
    }
  }

  /** Forgets the engine, but for snapshots: for a restore that was cut short, and begins again. */
  public void emptyEngine() throws IOException {
    try (Stream<Path> entries = Files.list(ignite())) {
      for (Path entry : entries.filter(path -> !path.equals(snapshots())).toList()) {
        deleteBelow(entry);
        Files.delete(entry);
      }
    }
    createFolders();
  }

  /** Returns when all pages survive a power loss, those too that Ignite has only copied. */
  public void forcePages() throws IOException {
    try (Stream<Path> all = Files.walk(pages())) {
      for (Path path : all.toList()) {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
          channel.force(true);
        }
      }
    }
  }

  /** Deletes what is left of snapshots. */
  public void emptySnapshots() throws IOException {
    deleteBelow(snapshots());
  }

  /** Lets the next process in. */
  @Override
  public void close() {
    try {
      lockFile.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static FileChannel lock(Path folder) throws IOException {
    FileChannel file =
        FileChannel.open(
            folder.resolve("node.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    @Nullable FileLock lock = null;
    try {
      lock = file.tryLock();
    } catch (OverlappingFileLockException e) {
      // Held by this very process: the same answer as for another one.
      lock = null;
    } finally {
      if (lock == null) {
        file.close();
      }
    }
    if (lock == null) {
      throw new StartRefusedException("Another node is running on the data folder " + folder + ".");
    }
    return file;
  }

  private void prepare() throws IOException {
    Files.setPosixFilePermissions(dataFolder, PosixFilePermissions.fromString("rwx------"));
    deleteBelow(temporary());
    deleteBelow(snapshots());
    createFolders();
    try (Stream<Path> all = Files.find(dataFolder, 3, (path, _) -> isUnfinished(path))) {
      for (Path leftover : all.toList()) {
        Files.deleteIfExists(leftover);
      }
    }
  }

  private void createFolders() throws IOException {
    for (Path folder :
        new Path[] {pages(), wal(), walArchive(), snapshots(), words(), vectors(), temporary()}) {
      SecretFiles.createFolder(folder);
    }
  }

  private static boolean isUnfinished(Path path) {
    return path.getFileName().toString().endsWith(SecretFiles.UNFINISHED_SUFFIX);
  }

  private static void deleteBelow(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return;
    }
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure)
              throws IOException {
            if (failure != null) {
              throw failure;
            }
            if (!visited.equals(folder)) {
              Files.delete(visited);
            }
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
