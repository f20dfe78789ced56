package io.rekindle.cli.node;

import io.rekindle.cli.CommandFailedException;
import io.rekindle.client.RekindleClient;
import io.rekindle.v1.CreateNamespaceRequest;
import io.rekindle.v1.Memory;
import io.rekindle.v1.Namespace;
import io.rekindle.v1.SearchMemoriesRequest;
import io.rekindle.v1.StoreMemoryRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The classes that a node loads, written down once in the distribution ({@code node.jsa}), so that
 * its start takes half of the time. It has no data: classes alone. A JVM that it was not made by,
 * or jars that are others by now, do without it.
 */
public final class NodeArchive {
  private static final String NAMESPACE = "archive";
  private static final Duration START_MAX = Duration.ofMinutes(3);

  private NodeArchive() {}

  private static Path file() {
    return Distribution.home().resolve("node.jsa");
  }

  /** The JVM options by which a node starts from it; none while it is not there. */
  static List<String> options() {
    Path file = file();
    return Files.exists(file)
        ? List.of("-XX:SharedArchiveFile=" + file, "-Xlog:cds*=off")
        : List.of();
  }

  /** Makes it by a node that is started, used and stopped; returns when it is there. */
  public static void make() {
    try {
      if (isCurrent()) {
        return;
      }
      Files.deleteIfExists(file());
      Path below = Files.createTempDirectory("rekindle-archive");
      try {
        writeBy(new NodeFolder(below.resolve("node")));
      } finally {
        delete(below);
      }
    } catch (IOException e) {
      throw new CommandFailedException("the classes of a node can't be archived", e);
    }
  }

  private static boolean isCurrent() throws IOException {
    return Files.exists(file()) && Files.getLastModifiedTime(file()).compareTo(newestJar()) > 0;
  }

  private static void writeBy(NodeFolder folder) throws IOException {
    Path fresh = file().resolveSibling("node.jsa.new");
    NodeProcess.initialize(folder);
    List<String> jvm = List.of("-XX:ArchiveClassesAtExit=" + fresh, "-Xlog:cds*=off");
    try (NodeProcess node =
        NodeProcess.start(folder, List.of("rekindle.door.port=0"), START_MAX, jvm)) {
      use(node, folder);
    }
    Files.move(fresh, file(), StandardCopyOption.ATOMIC_MOVE);
  }

  /** For what a node loads with its first requests. */
  private static void use(NodeProcess node, NodeFolder folder) {
    try (RekindleClient client =
        RekindleClient.builder("localhost:" + node.port())
            .caCertificate(folder.serverCa())
            .apiKey(folder.adminKey())
            .build()) {
      var _ =
          client
              .namespaces()
              .create(
                  CreateNamespaceRequest.newBuilder()
                      .setNamespace(Namespace.newBuilder().setNamespace(NAMESPACE))
                      .build())
              .execute();
      var _ =
          client
              .memories()
              .store(
                  StoreMemoryRequest.newBuilder()
                      .setNamespace(NAMESPACE)
                      .setMemory(Memory.newBuilder().setContent("what is stored"))
                      .build())
              .execute();
      var _ =
          client
              .memories()
              .search(
                  SearchMemoriesRequest.newBuilder()
                      .addNamespaces(NAMESPACE)
                      .setQuery("what was stored")
                      .build())
              .execute();
    }
  }

  private static FileTime newestJar() throws IOException {
    try (Stream<Path> jars = Files.list(Distribution.home().resolve("lib").resolve("node"))) {
      FileTime newest = FileTime.fromMillis(0);
      for (Path jar : jars.toList()) {
        FileTime time = Files.getLastModifiedTime(jar);
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
