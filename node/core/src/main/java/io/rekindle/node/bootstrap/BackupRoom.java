package io.rekindle.node.bootstrap;

import static java.util.Objects.requireNonNull;

import io.rekindle.node.cluster.EngineFolders;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Whether a backup fits: the engine must not run out of disk because of one. It takes as much as
 * the pages do, first beside them and then in the folder for backups.
 *
 * @param reserve what is left free
 */
record BackupRoom(EngineFolders folders, Path backups, long reserve) {
  /** Refuses with DISK_RESERVE_REACHED. */
  void check() {
    try {
      long wanted = bytesOf(folders.pages()) + reserve;
      check(folders.pages(), wanted);
      Path existing = backups;
      while (!Files.exists(existing)) {
        existing = requireNonNull(existing.getParent(), "the root exists");
      }
      check(existing, wanted);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void check(Path folder, long wanted) throws IOException {
    long usable = Files.getFileStore(folder).getUsableSpace();
    if (usable < wanted) {
      throw new RekindleException(
          ErrorCode.DISK_RESERVE_REACHED,
          "there is no room for a backup",
          Map.of(
              "usable", Long.toString(usable), "wanted", Long.toString(wanted), "unit", "bytes"));
    }
  }

  private static long bytesOf(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
    }
  }
}
