package io.rekindle.cli.bench;

import io.rekindle.cli.CommandFailedException;
import io.rekindle.cli.node.NodeFolder;
import io.rekindle.cli.node.NodeProcess;
import io.rekindle.client.RekindleClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

/** A fresh node for one measurement; its folder goes away with it. */
final class BenchNode implements AutoCloseable {
  private static final Duration START_MAX = Duration.ofMinutes(3);
  private static final Duration DEADLINE = Duration.ofMinutes(2);

  private final NodeFolder folder;
  private final NodeProcess process;

  private BenchNode(NodeFolder folder, NodeProcess process) {
    this.folder = folder;
    this.process = process;
  }

  /** Starts a node below a folder; the settings let one API key drive it alone. */
  static BenchNode start(Path below, String durability) {
    NodeFolder folder = new NodeFolder(below.resolve(UUID.randomUUID().toString()));
    NodeProcess.initialize(folder);
    NodeProcess process =
        NodeProcess.start(
            folder,
            List.of(
                "rekindle.door.port=0",
                "rekindle.durability=" + durability,
                "rekindle.requests.in-flight-per-key-max=256"),
            START_MAX);
    return new BenchNode(folder, process);
  }

  RekindleClient connect() {
    return RekindleClient.builder(folder.target())
        .caCertificate(folder.serverCa())
        .apiKey(folder.adminKey())
        .deadline(DEADLINE)
        .build();
  }

  /** Where the node writes, for the figure of the bare disk. */
  Path path() {
    return folder.path();
  }

  @Override
  public void close() {
    process.close();
    try (var files = Files.walk(folder.path())) {
      for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new CommandFailedException("the bench's folder was not removed", e);
    }
  }
}
