package io.rekindle.node.bootstrap;

import io.rekindle.node.cluster.EngineFolders;
import io.rekindle.node.config.NodeConfig;
import io.rekindle.node.error.StartRefusedException;
import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/**
 * What the disk of the data folder has left. Ignite's log grows up to its bound whatever is refused
 * at the door, because deletes and the audit are written, too: the room that it has yet to take
 * counts as taken. Thread-safe.
 */
final class DiskRoom implements LongSupplier {
  /** A segment that is being written, and its copy in the archive. */
  private static final int START_SEGMENTS = 2;

  private final Path folder;
  private final LongSupplier usableBytes;
  private final List<File> logFolders;
  private final long logBytesMax;
  private final long startBytes;

  /** On the disk of {@code folders}, of which {@code usableBytes} tells what is free. */
  DiskRoom(NodeConfig config, EngineFolders folders, LongSupplier usableBytes) {
    NodeConfig.Ignite ignite = config.ignite();
    long segmentBytes = ignite.walSegment().bytes();
    this.folder = folders.dataFolder();
    this.usableBytes = usableBytes;
    this.logFolders = List.of(folders.wal().toFile(), folders.walArchive().toFile());
    this.logBytesMax = ignite.walArchiveMax().bytes() + ignite.walSegments() * segmentBytes;
    this.startBytes = START_SEGMENTS * segmentBytes;
  }

  /**
   * Refuses a start that could not even replay the log.
   *
   * @throws StartRefusedException when the disk is full; nothing was written then
   */
  void checkStart() {
    long usable = usableBytes.getAsLong();
    if (usable < startBytes) {
      throw new StartRefusedException(
          "The disk of the data folder %s is full: %d bytes are free, a start needs %d."
              .formatted(folder, usable, startBytes));
    }
  }

  @Override
  public long getAsLong() {
    long logBytes = logFolders.stream().mapToLong(DiskRoom::bytesBelow).sum();
    return usableBytes.getAsLong() - Math.max(0, logBytesMax - logBytes);
  }

  /** Ignite makes and removes files while we look: what is gone counts nothing. */
  private static long bytesBelow(File file) {
    File[] inside = file.listFiles();
    return inside == null ? file.length() : Stream.of(inside).mapToLong(DiskRoom::bytesBelow).sum();
  }
}
