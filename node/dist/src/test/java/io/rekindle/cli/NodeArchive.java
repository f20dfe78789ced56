package io.rekindle.cli;

import io.rekindle.cli.RunningDistribution.Ended;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The classes that a node loads, written down once: nodes that the build's tests start from the
 * distribution, here and in chaos-tests, live for seconds, and with it a start takes two thirds of
 * the time. The poms give its path in the JVM options of those nodes; where it is missing, or does
 * not fit, they start without it.
 */
final class NodeArchive {
  private static final Path HOME = Path.of(System.getProperty("rekindle.home"));
  private static final Path ARCHIVE = HOME.resolveSibling("node.jsa");

  private NodeArchive() {}

  /** Makes it, unless this build has. */
  static synchronized void make() throws IOException, InterruptedException {
    Path lib = HOME.resolve("lib").resolve("node");
    if (Files.exists(ARCHIVE) && Files.getLastModifiedTime(ARCHIVE).compareTo(newest(lib)) > 0) {
      return;
    }
    Files.deleteIfExists(ARCHIVE);
    Path parent = Files.createTempDirectory("archive");
    Path data = parent.resolve("node");
    Ended made = RunningDistribution.launch("node", "init", "--data-folder", data.toString());
    if (made.code() != 0) {
      throw new IllegalStateException(made.out());
    }
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // As NodeProcess has it: the classes of another class path would not fit.
    command.add("@" + HOME.resolve("node.args"));
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:ArchiveClassesAtExit=" + ARCHIVE));
    command.addAll(List.of("-XX:ErrorFile=" + data.resolve("hs_err_%p.log")));
    command.addAll(List.of("-Djava.io.tmpdir=" + data.resolve("tmp"), "-cp", lib + "/*"));
    command.addAll(List.of("io.rekindle.node.bootstrap.NodeMain", "start"));
    command.addAll(List.of("--data-folder", data.toString(), "--set", "rekindle.door.port=0"));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().remove("JDK_JAVA_OPTIONS");
    Process node = builder.start();
    try (var lines = node.inputReader(StandardCharsets.UTF_8)) {
      if (lines.lines().noneMatch(line -> line.startsWith("READY"))) {
        throw new IllegalStateException("the node whose classes are archived did not start");
      }
      node.toHandle().destroy(); // Unlike the process itself, it leaves the output open.
      lines.lines().forEach(_ -> {});
      node.waitFor();
    } finally {
      node.destroyForcibly().waitFor();
    }
    delete(parent);
  }

  private static FileTime newest(Path folder) throws IOException {
    try (Stream<Path> jars = Files.list(folder)) {
      var newest = Files.getLastModifiedTime(folder);
      for (Path jar : jars.toList()) {
        var time = Files.getLastModifiedTime(jar);
        newest = time.compareTo(newest) > 0 ? time : newest;
      }
      return newest;
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
  }
}
