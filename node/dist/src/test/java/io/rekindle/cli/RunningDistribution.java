package io.rekindle.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** A node that the assembled distribution's own commands made and started. */
final class RunningDistribution {
  private static final String READY = "READY port=";

  private final Path folder;
  private final Process process;
  private final String saidAtStart;

  private RunningDistribution(Path folder, Process process, String saidAtStart) {
    this.folder = folder;
    this.process = process;
    this.saidAtStart = saidAtStart;
  }

  /** How a command ended, and what it said. */
  record Ended(int code, String out, String err) {}

  /** {@code node init}, {@code check-config} and {@code start}, each as a process. */
  static RunningDistribution start(Path folder) throws Exception {
    require(launch("node", "init", "--data-folder", folder.toString()));
    Files.writeString(
        folder.resolve("node.properties"), "\nrekindle.door.port=0\n", StandardOpenOption.APPEND);
    require(launch("node", "check-config", "--data-folder", folder.toString()));
    Process process = process("node", "start", "--data-folder", folder.toString());
    // Not closed: what the node says later has to go somewhere.
    BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
    StringBuilder said = new StringBuilder();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.startsWith(READY)) {
        var _ = Thread.ofPlatform().daemon().start(() -> lines.lines().forEach(_ -> {}));
        return new RunningDistribution(folder, process, said.toString());
      }
      said.append(line).append('\n');
    }
    throw new IllegalStateException("the node did not start:\n" + said);
  }

  /** Runs a command as a process of its own. */
  static Ended launch(String... arguments) throws IOException, InterruptedException {
    return ended(process(arguments));
  }

  /** The same, of a command whose nodes run with the build's own JVM options, which they print. */
  static Ended launchNodes(String... arguments) throws IOException, InterruptedException {
    return ended(builder(arguments).start());
  }

  private static Ended ended(Process process) throws IOException, InterruptedException {
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Ended(process.waitFor(), said, said);
  }

  /**
   * The classes of a node, as {@code ./rekindle} archives them: nodes that the build's tests start,
   * here and in chaos-tests, live for seconds.
   */
  static void makeArchive() throws IOException, InterruptedException {
    require(launch("node", "archive"));
    if (!Files.exists(Path.of(System.getProperty("rekindle.home"), "node.jsa"))) {
      throw new IllegalStateException("there is no archive of a node's classes");
    }
  }

  /** Runs a command inside this process, against the node. */
  Ended run(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--data-folder", folder.toString()));
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code =
        RekindleCommand.commandLine()
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true))
            .execute(all.toArray(String[]::new));
    return new Ended(code, out.toString(), err.toString());
  }

  /** What it printed before it said that it is ready. */
  String saidAtStart() {
    return saidAtStart;
  }

  private static void require(Ended ended) {
    if (ended.code() != 0) {
      throw new IllegalStateException("exit code " + ended.code() + ":\n" + ended.out());
    }
  }

  private static Process process(String... arguments) throws IOException {
    ProcessBuilder builder = builder(arguments);
    // Its JVM would print that it took them, and what a command prints is looked at.
    builder.environment().remove("JDK_JAVA_OPTIONS");
    return builder.start();
  }

  private static ProcessBuilder builder(String... arguments) {
    Path home = Path.of(System.getProperty("rekindle.home"));
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // As the launcher calls it.
    command.addAll(
        List.of(
            "-XX:TieredStopAtLevel=1",
            "-Xlog:disable",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow"));
    command.add("-Drekindle.home=" + home);
    command.add("-cp");
    command.add(home.resolve("lib").resolve("cli") + "/*");
    command.add(RekindleCommand.class.getName());
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectErrorStream(true);
  }

  /** As the terminal's Ctrl-C does; the command ends its node. */
  void stop() throws InterruptedException {
    process.destroy();
    process.waitFor();
  }
}
