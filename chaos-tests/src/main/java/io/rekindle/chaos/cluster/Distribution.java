package io.rekindle.chaos.cluster;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The folder that {@code node/dist} assembled, and how its two programs are called. */
public record Distribution(Path home) {
  private static final String NODE = "io.rekindle.node.bootstrap.NodeMain";
  private static final String COMMAND = "io.rekindle.cli.RekindleCommand";
  private static final long COMMAND_SECONDS_MAX = 300;

  /** Beside those of the distribution. */
  private static final List<String> JVM_OPTIONS =
      Arrays.stream(System.getProperty("chaos.jvm", "").split(" "))
          .filter(it -> !it.isEmpty())
          .toList();

  /** How a command ended, and what it said. */
  public record Ended(int code, String output) {}

  /** The one that the build named in {@code rekindle.home}. */
  public static Distribution built() {
    Path home = Path.of(System.getProperty("rekindle.home", "node/dist/target/rekindle"));
    if (!Files.exists(home.resolve("node.args"))) {
      throw new IllegalStateException("there is no distribution in " + home);
    }
    return new Distribution(home.toAbsolutePath().normalize());
  }

  /** The command line of a node's process, as the command {@code node start} makes it. */
  List<String> node(Path data, List<String> settings) {
    List<String> command = new ArrayList<>();
    command.add(java());
    command.add("@" + home.resolve("node.args"));
    Path archive = home.resolve("node.jsa");
    if (Files.exists(archive)) {
      command.addAll(List.of("-XX:SharedArchiveFile=" + archive, "-Xlog:cds=off"));
    }
    command.addAll(JVM_OPTIONS);
    command.add("-XX:ErrorFile=" + data.resolve("hs_err_%p.log"));
    command.add("-Djava.io.tmpdir=" + data.resolve("tmp"));
    command.addAll(List.of("-cp", home.resolve("lib/node") + "/*", NODE, "start"));
    command.addAll(List.of("--data-folder", data.toString()));
    settings.forEach(it -> command.addAll(List.of("--set", it)));
    return command;
  }

  /** Runs a command of {@code rekindle} as a process, until it ends. */
  public Ended command(String... arguments) {
    List<String> command = new ArrayList<>();
    command.addAll(List.of(java(), "-XX:TieredStopAtLevel=1", "-Xlog:disable"));
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("--sun-misc-unsafe-memory-access=allow");
    command.add("-Drekindle.home=" + home);
    command.addAll(List.of("-cp", home.resolve("lib/cli") + "/*", COMMAND));
    command.addAll(List.of(arguments));
    return run(command);
  }

  /** Runs a program until it ends. */
  public static Ended run(List<String> command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(COMMAND_SECONDS_MAX, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IllegalStateException("does not end: " + command);
      }
      return new Ended(process.exitValue(), said.strip());
    } catch (IOException e) {
      return new Ended(-1, e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  private static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }
}
