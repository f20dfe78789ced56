package io.rekindle.cli.node;

import io.rekindle.cli.CommandFailedException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/** A node as a process of its own, started from the distribution. */
public final class NodeProcess implements AutoCloseable {
  private static final String MAIN = "io.rekindle.node.bootstrap.NodeMain";
  private static final String INIT = "init";
  private static final String RESTORE = "restore";
  private static final String START = "start";
  private static final Set<String> SEARCHING = Set.of(START, RESTORE);
  private static final String VECTORS = "--add-modules=jdk.incubator.vector";
  private static final String READY = "READY port=";
  private static final Duration STOP_WAIT = Duration.ofSeconds(60);

  private final Process process;
  private final int port;

  private NodeProcess(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  /** Makes keys, certificates and configuration in a folder that is empty or not there. */
  public static void initialize(NodeFolder folder) {
    initialize(folder, List.of());
  }

  /** As {@link #initialize(NodeFolder)}, with further arguments of {@code node init}. */
  public static void initialize(NodeFolder folder, List<String> arguments) {
    try {
      Process process =
          builder(folder, NodeArchive.options(), arguments, INIT)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      String errors = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new CommandFailedException(lastLine(errors.lines().toList(), "the folder is unused"));
      }
    } catch (IOException e) {
      throw new CommandFailedException("the node's process cannot be started", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailedException("interrupted", e);
    }
  }

  /**
   * Starts a node and waits until it is ready.
   *
   * @param settings such as {@code rekindle.door.port=0}
   * @throws CommandFailedException with the node's last sentence when it does not become ready
   */
  public static NodeProcess start(NodeFolder folder, List<String> settings, Duration wait) {
    return start(folder, settings, wait, NodeArchive.options());
  }

  static NodeProcess start(
      NodeFolder folder, List<String> settings, Duration wait, List<String> jvm) {
    try {
      List<String> arguments = settings.stream().flatMap(it -> Stream.of("--set", it)).toList();
      Process process = builder(folder, jvm, arguments, START).redirectError(log(folder)).start();
      Thread killer = new Thread(process::destroy, "end-node");
      Runtime.getRuntime().addShutdownHook(killer);
      CompletableFuture<Integer> ready = new CompletableFuture<>();
      // Not a virtual one: to read a pipe keeps its carrier, of which there are as many as cores.
      var _ = Thread.ofPlatform().daemon().name("follow-node").start(() -> follow(process, ready));
      try {
        return new NodeProcess(process, ready.get(wait.toSeconds(), TimeUnit.SECONDS));
      } catch (ExecutionException e) {
        process.destroy();
        throw new CommandFailedException(
            "the node did not start: " + explained(lastSentence(folder)), e);
      } catch (TimeoutException e) {
        process.destroy();
        throw new CommandFailedException(
            "the node was not ready after %,d s, and was stopped; its folder can be used again (%s)"
                .formatted(wait.toSeconds(), folder.log()),
            e);
      }
    } catch (IOException e) {
      throw new CommandFailedException("the node's process cannot be started", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailedException("interrupted", e);
    }
  }

  /** Runs a subcommand of the node, with further arguments, on this terminal until it ends. */
  public static int runInForeground(NodeFolder folder, String subcommand, List<String> arguments) {
    try {
      Process process =
          builder(folder, NodeArchive.options(), arguments, subcommand).inheritIO().start();
      Runtime.getRuntime().addShutdownHook(new Thread(() -> endWith(process), "end-node"));
      return process.waitFor();
    } catch (IOException e) {
      throw new CommandFailedException("the node's process cannot be started", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailedException("interrupted", e);
    }
  }

  public int port() {
    return port;
  }

  public long pid() {
    return process.pid();
  }

  /** Waits until the node ends by itself. */
  public int waitFor() throws InterruptedException {
    return process.waitFor();
  }

  /** Asks the node to stop cleanly and waits; only one that hangs for a minute is killed. */
  @Override
  public void close() {
    end(process);
  }

  /** Ends the node at once, as a crash does, and waits until it is gone. */
  public void kill() {
    process.destroyForcibly();
    try {
      if (!process.waitFor(STOP_WAIT.toSeconds(), TimeUnit.SECONDS)) {
        throw new CommandFailedException("the node was killed, and has not ended");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailedException("interrupted", e);
    }
  }

  /** Ends the node and this process with its exit code, which a signal's number would be else. */
  private static void endWith(Process process) {
    end(process);
    if (!process.isAlive()) {
      Runtime.getRuntime().halt(process.exitValue());
    }
  }

  private static void end(Process process) {
    process.destroy();
    try {
      if (!process.waitFor(STOP_WAIT.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void follow(Process process, CompletableFuture<Integer> ready) {
    try (BufferedReader lines = process.inputReader()) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith(READY)) {
          ready.complete(Integer.parseInt(line.substring(READY.length()).strip()));
        }
      }
      ready.completeExceptionally(new IOException("the node's process ended"));
    } catch (IOException | NumberFormatException e) {
      ready.completeExceptionally(e);
    }
  }

  private static ProcessBuilder builder(
      NodeFolder folder, List<String> jvm, List<String> arguments, String subcommand)
      throws IOException {
    Path home = Distribution.home();
    Path data = folder.path().toAbsolutePath().normalize();
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(jvmOptions(home.resolve("node.args"), subcommand));
    command.addAll(jvm);
    // What a crash leaves behind, and temporary files, stay within the data folder.
    command.add("-XX:ErrorFile=" + data.resolve("hs_err_%p.log"));
    // These two make the folder, and want it empty.
    if (!subcommand.equals(INIT) && !subcommand.equals(RESTORE)) {
      command.add("-Djava.io.tmpdir=" + data.resolve("tmp"));
    }
    command.add("-cp");
    command.add(home.resolve("lib").resolve("node") + "/*");
    command.addAll(List.of(MAIN, subcommand, "--data-folder", data.toString()));
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("OPT_OUT_TRACKING", "true");
    // What Ignite writes while it reads snapshots, where its configuration is not asked.
    builder.environment().put("IGNITE_WORK_DIR", data.resolve("tmp").resolve("ignite").toString());
    return builder;
  }

  /**
   * Without the module of vectors where nothing is searched: the JVM warns of it on the terminal.
   */
  static List<String> jvmOptions(Path file, String subcommand) throws IOException {
    if (SEARCHING.contains(subcommand)) {
      return List.of("@" + file);
    }
    try (Stream<String> lines = Files.lines(file)) {
      return lines.filter(line -> line.startsWith("-") && !line.equals(VECTORS)).toList();
    }
  }

  private static ProcessBuilder.Redirect log(NodeFolder folder) throws IOException {
    if (!Files.exists(folder.log())) {
      Files.createFile(
          folder.log(),
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }
    return ProcessBuilder.Redirect.appendTo(folder.log().toFile());
  }

  private static String lastSentence(NodeFolder folder) {
    try {
      return lastLine(Files.readAllLines(folder.log()), "see " + folder.log());
    } catch (IOException e) {
      return "see " + folder.log();
    }
  }

  /** A node's last sentence, with what to do when it has none of its own about that. */
  static String explained(String sentence) {
    return sentence.contains("Address already in use")
        ? "its port is in use; take another one, or 0 for a free one (quickstart: --port 0)"
        : sentence;
  }

  private static String lastLine(List<String> lines, String otherwise) {
    return lines.isEmpty() ? otherwise : lines.getLast();
  }
}
