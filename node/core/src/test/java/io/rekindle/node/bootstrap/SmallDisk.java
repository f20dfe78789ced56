package io.rekindle.node.bootstrap;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** A disk of a few megabytes, in RAM, that can be filled to the last byte. Needs root. */
final class SmallDisk implements AutoCloseable {
  private static final int CHUNK_BYTES = 64 * 1024;

  private final Path mountPoint;

  private SmallDisk(Path mountPoint) {
    this.mountPoint = mountPoint;
  }

  /**
   * Mounts it.
   *
   * @throws IOException when that is not allowed here; nothing is mounted then
   */
  static SmallDisk mount(Path mountPoint, int megabytes) throws IOException {
    Files.createDirectories(mountPoint);
    run("mount", "-t", "tmpfs", "-o", "size=" + megabytes + "m", "tmpfs", mountPoint.toString());
    return new SmallDisk(mountPoint);
  }

  private static void run(String... command) throws IOException {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (process.waitFor() != 0) {
        throw new IOException(List.of(command) + " ended with " + process.exitValue());
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  Path folder(String name) {
    return mountPoint.resolve(name);
  }

  long usableBytes() {
    return mountPoint.toFile().getUsableSpace();
  }

  /** Leaves about so many bytes. */
  void fillUpTo(long leftBytes) {
    try (OutputStream out = openFiller()) {
      while (usableBytes() > leftBytes) {
        out.write(new byte[(int) Math.min(CHUNK_BYTES, usableBytes() - leftBytes)]);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Takes every page that is left, also those that were freed a moment ago. */
  void fill() {
    try (OutputStream out = openFiller()) {
      while (true) {
        out.write(new byte[CHUNK_BYTES]);
      }
    } catch (IOException e) {
      if (usableBytes() > CHUNK_BYTES) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private OutputStream openFiller() throws IOException {
    return Files.newOutputStream(
        folder("filler"), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  /** Gives back what was filled. */
  void free() {
    try {
      Files.deleteIfExists(folder("filler"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Unmounts it, also while someone has a file open. */
  @Override
  public void close() {
    try {
      run("umount", "-l", mountPoint.toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
