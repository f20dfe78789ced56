package io.rekindle.chaos.fault;

import io.rekindle.chaos.cluster.Distribution;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * A library between the nodes' processes and the C library ({@code interposed.c}), by which the
 * clock of a node is off and its disk is slow, while those of the machine stay as they are. Needs
 * Linux and a C compiler. Used by one thread.
 */
public final class InterposedCalls {
  private static final int CONTROL_BYTES = 2 * Long.BYTES;
  private static final int CLOCK_AT = 0;
  private static final int DISK_AT = Long.BYTES;

  private final Path folder;

  /** Whether calls can be interposed here, and if not, why. */
  public record Support(boolean supported, String reason) {}

  private InterposedCalls(Path folder) {
    this.folder = folder;
  }

  /** Asks for the compiler. */
  public static Support support() {
    boolean there = Distribution.run(List.of("cc", "--version")).code() == 0;
    return there
        ? new Support(true, "")
        : new Support(false, "they take Linux and a C compiler, cc");
  }

  /** Compiles the library into a folder, for so many nodes, to which nothing is done at first. */
  public static InterposedCalls compile(Path folder, int nodes) {
    InterposedCalls calls = new InterposedCalls(folder.toAbsolutePath());
    try (InputStream source =
        Objects.requireNonNull(InterposedCalls.class.getResourceAsStream("interposed.c"))) {
      Files.createDirectories(folder);
      Path copy = folder.resolve("interposed.c");
      Files.write(copy, source.readAllBytes());
      Distribution.Ended ended =
          Distribution.run(
              List.of(
                  "cc",
                  "-shared",
                  "-fPIC",
                  "-O1",
                  "-Wall",
                  "-Werror",
                  "-o",
                  calls.library().toString(),
                  copy.toString(),
                  "-ldl"));
      if (ended.code() != 0) {
        throw new IllegalStateException("interposed.c does not compile: " + ended.output());
      }
      for (int node = 0; node < nodes; node++) {
        Files.write(calls.control(node), new byte[CONTROL_BYTES]);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return calls;
  }

  private Path library() {
    return folder.resolve("interposed.so");
  }

  private Path control(int node) {
    return folder.resolve("calls-" + node);
  }

  /** What goes before the command of a node's process. */
  public List<String> wrap(int node) {
    return List.of("env", "LD_PRELOAD=" + library(), "REKINDLE_CHAOS_CALLS=" + control(node));
  }

  /** How far the clock of a node is ahead of the machine's, from the next time it is asked on. */
  void setClock(int node, Duration ahead) {
    set(node, CLOCK_AT, ahead);
  }

  /** How much longer each write of a file takes, and each wait until it is on the disk. */
  void setDisk(int node, Duration delay) {
    set(node, DISK_AT, delay);
  }

  private void set(int node, int at, Duration value) {
    ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder());
    bytes.putLong(value.toNanos()).flip();
    // In place: processes have the file mapped.
    try (FileChannel file = FileChannel.open(control(node), StandardOpenOption.WRITE)) {
      file.write(bytes, at);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
