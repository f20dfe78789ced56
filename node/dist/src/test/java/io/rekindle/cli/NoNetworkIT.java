package io.rekindle.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The assembled distribution on a machine without any network but its own loopback, and with an
 * empty home: whatever it would fetch, or tell somebody, has no way out here, and is counted.
 */
@Timeout(300) // So that what waits for ever ends the build.
class NoNetworkIT {
  /** A kernel's network of its own, whose loopback is up and which has no route. */
  private static final List<String> OWN_NETWORK =
      List.of(
          "unshare",
          "--map-root-user",
          "--net",
          "sh",
          "-c",
          "ip link set lo up && exec \"$@\"",
          "sh");

  @TempDir private Path temporary;

  @Test
  void aNodeStoresEmbedsAndSearchesAndAttemptsNoConnection() throws Exception {
    assumeTrue(
        isPermitted(),
        "NOT SHOWN HERE: that a node needs no network. This machine lets nobody make a network"
            + " namespace, or lacks unshare or ip.");
    Path home = Files.createDirectory(temporary.resolve("home"));
    Path data = temporary.resolve("data");

    List<String> said = run(home, NoNetworkProcess.WORK, data.toString());

    assertThat(said)
        .contains("stored 0", "found 0", "without a route 0")
        .anyMatch(line -> line.contains("The caller drinks green tea"));
    assertThat(filesIn(home)).isEmpty();
    assertThat(filesIn(data.resolve("tmp"))).isEmpty();

    // The counters do count.
    assertThat(run(home, NoNetworkProcess.CONNECT))
        .noneMatch("without a route 0"::equals)
        .anyMatch(line -> line.startsWith("without a route "));
  }

  private static List<String> run(Path home, String... work) throws IOException {
    List<String> command = new ArrayList<>(OWN_NETWORK);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Drekindle.home=" + System.getProperty("rekindle.home"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(NoNetworkProcess.class.getName());
    command.addAll(List.of(work));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("HOME", home.toString());
    // What a JVM takes for the home does not follow the variable; its children inherit this.
    builder.environment().put("JDK_JAVA_OPTIONS", "-Duser.home=" + home);
    Process process = builder.start();
    try (Stream<String> lines = process.inputReader().lines()) {
      return lines.toList();
    } finally {
      process.destroy();
    }
  }

  private static boolean isPermitted() throws InterruptedException {
    try {
      List<String> probe = new ArrayList<>(OWN_NETWORK);
      probe.add("true");
      return new ProcessBuilder(probe).redirectErrorStream(true).start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  private static List<Path> filesIn(Path folder) throws IOException {
    try (Stream<Path> paths = Files.walk(folder)) {
      return paths.filter(Files::isRegularFile).toList();
    }
  }
}
