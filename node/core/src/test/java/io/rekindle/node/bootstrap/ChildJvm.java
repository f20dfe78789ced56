package io.rekindle.node.bootstrap;

import io.rekindle.node.storage.TestFolders;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * The JVM that children of the tests run in. They live for seconds, and most of that is start:
 * without the second compiler, and with their classes from an archive, a start takes half the time
 * and a third of the work.
 */
final class ChildJvm {
  private static final Path ARCHIVE = Path.of("target", "children.jsa").toAbsolutePath();
  private static final int ARCHIVE_MINUTES_MAX = 5;

  private static boolean prepared;

  private ChildJvm() {}

  /** The command up to, and without, the main class. */
  static List<String> command(Path data) {
    List<String> command = base(data);
    if (prepareArchive()) {
      command.add("-XX:SharedArchiveFile=" + ARCHIVE);
    }
    command.addAll(List.of("-cp", classPath()));
    return command;
  }

  private static List<String> base(Path data) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("@" + Path.of("src", "main", "jvm", "node.args").toAbsolutePath());
    // What NodeProcess adds for a data folder; NodeMain refuses to start without it.
    command.add("-XX:ErrorFile=" + data.resolve("hs_err_%p.log"));
    command.add("-Djava.io.tmpdir=" + data.resolve("tmp"));
    command.add("-Xmx512m");
    command.add("-XX:TieredStopAtLevel=1");
    // Of an archive that does not fit there is nothing to say: the classes are loaded without it.
    command.add("-Xlog:cds=off");
    return command;
  }

  /** Jars alone: an archive can't be of a folder, and a child runs no code of tests. */
  private static String classPath() {
    String all = System.getProperty("java.class.path");
    if (!isOfJars()) {
      return all;
    }
    return Arrays.stream(all.split(File.pathSeparator))
        .filter(it -> it.endsWith(".jar"))
        .collect(Collectors.joining(File.pathSeparator));
  }

  /** In a build the node is a jar by now; in an editor it is a folder of classes. */
  private static boolean isOfJars() {
    return NodeMain.class
        .getProtectionDomain()
        .getCodeSource()
        .getLocation()
        .getPath()
        .endsWith(".jar");
  }

  private static synchronized boolean prepareArchive() {
    if (!prepared && isOfJars()) {
      prepared = true;
      makeArchive();
    }
    return Files.exists(ARCHIVE);
  }

  /** Starts a node once, and has its JVM write down at its end what it loaded. */
  private static void makeArchive() {
    try {
      Files.deleteIfExists(ARCHIVE);
      Path parent = Files.createTempDirectory("archive");
      Path folder = parent.resolve("node");
      TestNode.init(folder);
      List<String> command = base(folder);
      command.add("-XX:ArchiveClassesAtExit=" + ARCHIVE);
      command.addAll(List.of("-cp", classPath()));
      command.addAll(List.of(NodeMain.class.getName(), "start"));
      command.addAll(List.of("--data-folder", folder.toString(), "--set", "rekindle.door.port=0"));
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      try (var lines = process.inputReader()) {
        if (lines.lines().noneMatch(it -> it.startsWith(NodeChild.READY))) {
          throw new IllegalStateException("the node whose classes are archived did not start");
        }
        process.toHandle().destroy(); // Unlike the process itself, it leaves the output open.
        lines.lines().forEach(_ -> {});
        process.waitFor(ARCHIVE_MINUTES_MAX, TimeUnit.MINUTES);
      } finally {
        process.destroyForcibly().waitFor();
      }
      TestFolders.delete(parent);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
