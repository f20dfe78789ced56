package io.rekindle.node.bootstrap;

import io.rekindle.node.config.NodeConfigLoader;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A node in a process of its own, with the arguments that {@code rekindle node} gives it. It can be
 * killed, and closing it kills it, too: no test leaves one behind. It may write core files as large
 * as it likes, so that a test sees whether it does; its working folder is beside the data folder.
 */
public final class NodeChild implements AutoCloseable {
  private static final int END_MINUTES_MAX = 3;
  static final String READY = "READY port=";

  /** As generous as the host may be: a node inside the tests' own JVM has restricted that one. */
  private static final String LAUNCH = "umask 022; ulimit -S -c $(ulimit -H -c); exec \"$@\"";

  private final Path folder;
  private final Process process;
  private final Thread listener;
  private final Queue<String> said = new ConcurrentLinkedQueue<>();
  private final CountDownLatch settled = new CountDownLatch(1);
  private volatile int port;

  private NodeChild(Path folder, Process process) {
    this.folder = folder;
    this.process = process;
    this.listener =
        Thread.ofPlatform().daemon().name("output of " + process.pid()).start(this::listen);
  }

  /** How a process ended by itself, and everything that it said. */
  public record Ended(int exitCode, List<String> said) {}

  /** Starts a node that is expected to refuse, and waits for its end. */
  public static Ended startRefused(Path folder, Map<String, String> settings) {
    try (NodeChild child = launch(folder, settings)) {
      return child.ended();
    }
  }

  /** Whether a core file could appear at all: the tests' own hard limit is above 0. */
  public static boolean mayWriteCores() {
    try {
      Process limit = new ProcessBuilder("sh", "-c", "ulimit -H -c").start();
      try (BufferedReader answer = limit.inputReader(StandardCharsets.UTF_8)) {
        return !"0".equals(answer.readLine());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts a node and waits until it is ready; makes the folder if it holds none. */
  public static NodeChild start(Path folder, Map<String, String> settings) {
    NodeChild child = launch(folder, settings);
    if (!child.awaitReady()) {
      throw new IllegalStateException("exit code " + child.exitCode() + ":\n" + child.output());
    }
    return child;
  }

  /** Starts a process and does not wait: it may become ready or refuse. */
  public static NodeChild launch(Path folder, Map<String, String> settings) {
    if (!Files.exists(folder.resolve(NodeConfigLoader.FILE))) {
      TestNode.init(folder);
    }
    Path data = folder.toAbsolutePath();
    List<String> command = new ArrayList<>();
    command.addAll(List.of("sh", "-c", LAUNCH, "node"));
    command.addAll(ChildJvm.command(data));
    command.addAll(List.of(NodeMain.class.getName(), "start", "--data-folder", data.toString()));
    settings.forEach((key, value) -> command.addAll(List.of("--set", key + "=" + value)));
    try {
      return new NodeChild(
          folder,
          new ProcessBuilder(command)
              .directory(Files.createDirectories(workingFolder(folder)).toFile())
              .redirectErrorStream(true)
              .redirectInput(Redirect.from(new File("/dev/null")))
              .start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void listen() {
    try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        said.add(line);
        if (line.startsWith(READY)) {
          port = Integer.parseInt(line.substring(READY.length()));
          settled.countDown();
        }
      }
    } catch (IOException e) {
      said.add(e.toString());
    } finally {
      settled.countDown();
    }
  }

  /** Whether it became ready; false when it ended instead. */
  public boolean awaitReady() {
    try {
      settled.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return port != 0;
  }

  public int port() {
    return port;
  }

  public long pid() {
    return process.pid();
  }

  public Path folder() {
    return folder;
  }

  /** Where a core file would be. */
  public Path workingFolder() {
    return workingFolder(folder);
  }

  private static Path workingFolder(Path folder) {
    return folder.resolveSibling(folder.getFileName() + "-working");
  }

  /** Sends a signal, such as {@code SEGV}, and returns how the process ended by it. */
  public Ended signal(String name) {
    try {
      new ProcessBuilder("kill", "-" + name, Long.toString(pid())).start().waitFor();
      return ended();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** All that it printed, once it has ended. */
  private Ended ended() {
    int exitCode = exitCode();
    try {
      listener.join();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return new Ended(exitCode, List.copyOf(said));
  }

  /** All that it printed so far. */
  public String output() {
    return String.join("\n", said);
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** The key of the first administrator. */
  public String adminKey() {
    try {
      return Files.readString(folder.resolve(FirstAdminKey.FILE)).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** SIGKILL; returns when the process is gone. */
  public void kill() {
    process.destroyForcibly();
    exitCode();
  }

  /** SIGTERM; returns the exit code of the clean stop. */
  public int stop() {
    process.destroy();
    return exitCode();
  }

  /** Whether the process ends by itself in that time. */
  public boolean endsWithin(int seconds) {
    try {
      return process.waitFor(seconds, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Waits for the process to end by itself. */
  public int exitCode() {
    try {
      if (!process.waitFor(END_MINUTES_MAX, TimeUnit.MINUTES)) {
        throw new IllegalStateException("process " + pid() + " does not end:\n" + output());
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    kill();
  }
}
