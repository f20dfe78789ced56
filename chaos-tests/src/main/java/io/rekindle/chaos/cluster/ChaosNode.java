package io.rekindle.chaos.cluster;

import io.rekindle.client.RekindleClient;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * One node: a folder that stays, and a process that comes and goes. Its process is driven by one
 * thread at a time; clients may be made by any.
 */
public final class ChaosNode implements AutoCloseable {
  private static final String READY = "READY port=";
  private static final Duration START_MAX = Duration.ofMinutes(3);
  private static final long END_SECONDS_MAX = 90;

  private final int number;
  private final Path folder;
  private final NodePorts ports;
  private final List<String> command;
  private volatile @Nullable Process process;
  private CompletableFuture<Boolean> ready = new CompletableFuture<>();

  ChaosNode(int number, Path folder, NodePorts ports, List<String> command) {
    this.number = number;
    this.folder = folder;
    this.ports = ports;
    this.command = List.copyOf(command);
    // What is left when the build itself is ended.
    Runtime.getRuntime().addShutdownHook(new Thread(this::close, "end-node-" + number));
  }

  public int number() {
    return number;
  }

  public Path folder() {
    return folder;
  }

  public String host() {
    return ports.host();
  }

  NodePorts ports() {
    return ports;
  }

  /** Starts the process, and does not wait until it answers. */
  public void launch() {
    if (isAlive()) {
      throw new IllegalStateException("node " + number + " is running");
    }
    try {
      ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
      builder.environment().put("OPT_OUT_TRACKING", "true");
      Process launched = builder.start();
      CompletableFuture<Boolean> said = new CompletableFuture<>();
      ready = said;
      process = launched;
      // Not a virtual one: to read a pipe keeps its carrier, of which there are as many as cores.
      var _ =
          Thread.ofPlatform()
              .daemon()
              .name("follow-node-" + number)
              .start(() -> follow(launched, said));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void follow(Process launched, CompletableFuture<Boolean> said) {
    try (BufferedReader lines = launched.inputReader(StandardCharsets.UTF_8);
        var log =
            Files.newBufferedWriter(log(), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        log.write(line + "\n");
        log.flush();
        if (line.startsWith(READY)) {
          said.complete(true);
        }
      }
    } catch (IOException e) {
      // The process was killed while it wrote; how it ended is known by its exit code.
    }
    said.complete(false);
  }

  /** What all its processes printed; beside the folder, which may be on a disk that is full. */
  public Path log() {
    return folder.resolveSibling(folder.getFileName() + ".log");
  }

  /** The last line that it printed. */
  public String lastSentence() {
    try {
      List<String> lines = Files.readAllLines(log());
      return lines.isEmpty() ? "" : lines.getLast();
    } catch (IOException e) {
      return "";
    }
  }

  /**
   * Waits until it answers.
   *
   * @return false when the process ended instead
   */
  public boolean awaitReady() {
    try {
      return ready.get(START_MAX.toSeconds(), TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new IllegalStateException("node " + number + " is not ready after " + START_MAX, e);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /** Starts it, and insists that it answers. */
  public void start() {
    launch();
    insistReady();
  }

  void insistReady() {
    if (!awaitReady()) {
      throw new IllegalStateException(
          "node %d ended with %d: %s".formatted(number, exitCode(), lastSentence()));
    }
  }

  /** Whether it has said that it answers, and has not ended since. */
  boolean isReady() {
    return isAlive() && ready.getNow(false);
  }

  public boolean isAlive() {
    Process known = process;
    return known != null && known.isAlive();
  }

  public long pid() {
    return Objects.requireNonNull(process).pid();
  }

  /** Waits for its end. */
  public int exitCode() {
    try {
      Process known = Objects.requireNonNull(process);
      if (!known.waitFor(END_SECONDS_MAX, TimeUnit.SECONDS)) {
        throw new IllegalStateException("node " + number + " does not end");
      }
      return known.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /** SIGKILL, which no process can catch, and which ends a stopped one, too. */
  public void kill() {
    Objects.requireNonNull(process).destroyForcibly();
    exitCode();
  }

  /** SIGTERM. */
  public int stop() {
    Objects.requireNonNull(process).destroy();
    return exitCode();
  }

  /** SIGSTOP: the process stands still, its sockets stay open. */
  public void pause() {
    signal("-STOP");
  }

  /** SIGCONT. */
  public void resume() {
    signal("-CONT");
  }

  private void signal(String signal) {
    Distribution.Ended ended = Distribution.run(List.of("kill", signal, Long.toString(pid())));
    if (ended.code() != 0) {
      throw new IllegalStateException(signal + ": " + ended.output());
    }
  }

  /** A connection under an API key; the caller closes it. */
  public RekindleClient connect(String apiKey, Duration deadline) {
    return RekindleClient.builder(ports.host() + ":" + ports.door())
        .caCertificate(folder.resolve("tls").resolve("server-ca.crt"))
        .apiKey(apiKey)
        .deadline(deadline)
        .build();
  }

  String target() {
    return ports.host() + ":" + ports.door();
  }

  @Override
  public void close() {
    Process known = process;
    if (known != null) {
      known.destroyForcibly();
    }
  }
}
