package io.rekindle.chaos.fault;

import io.rekindle.chaos.cluster.Distribution;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;

/** A disk in RAM of a bounded size, that can be filled to the last byte. Needs root. */
public final class SmallDisk implements AutoCloseable {
  private static final int CHUNK_BYTES = 64 * 1024;

  private final Path mountPoint;

  private SmallDisk(Path mountPoint) {
    this.mountPoint = mountPoint;
  }

  /** Mounts it; empty where that is not allowed. */
  public static Optional<SmallDisk> mount(Path mountPoint, int megabytes) {
    try {
      Files.createDirectories(mountPoint);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Distribution.Ended ended =
        Distribution.run(
            List.of(
                "mount",
                "-t",
                "tmpfs",
                "-o",
                "size=" + megabytes + "m",
                "tmpfs",
                mountPoint.toString()));
    return ended.code() == 0 ? Optional.of(new SmallDisk(mountPoint)) : Optional.empty();
  }

  public Path folder() {
    return mountPoint;
  }

  /** Takes space until so much is left. */
  void fillUpTo(long leftBytes) {
    try (OutputStream out = filler()) {
      long left = mountPoint.toFile().getUsableSpace();
      while (left > leftBytes) {
        out.write(new byte[(int) Math.min(CHUNK_BYTES, left - leftBytes)]);
        left = mountPoint.toFile().getUsableSpace();
      }
    } catch (IOException e) {
      // Somebody else took the rest; the disk is as full as was asked.
    }
  }

  void free() {
    try {
      Files.deleteIfExists(mountPoint.resolve("filler"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private OutputStream filler() throws IOException {
    return Files.newOutputStream(
        mountPoint.resolve("filler"), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  @Override
  public void close() {
    Distribution.Ended ended = Distribution.run(List.of("umount", "-l", mountPoint.toString()));
    if (ended.code() != 0) {
      throw new IllegalStateException(ended.output());
    }
  }
}
