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
  private final String durability;
  private NodeProcess process;
  private Duration readyAfter = Duration.ZERO;

  private BenchNode(NodeFolder folder, String durability) {
    this.folder = folder;
    this.durability = durability;
    this.process = launch();
  }

  /** Starts a node below a folder; the settings let one API key drive it alone. */
  static BenchNode start(Path below, String durability) {
    NodeFolder folder = new NodeFolder(below.resolve(UUID.randomUUID().toString()));
    NodeProcess.initialize(folder);
    return new BenchNode(folder, durability);
  }

  private NodeProcess launch() {
    long start = System.nanoTime();
    NodeProcess launched =
        NodeProcess.start(
            folder,
            List.of(
                "rekindle.door.port=0",
                "rekindle.durability=" + durability,
                "rekindle.requests.in-flight-per-key-max=256"),
            START_MAX);
    readyAfter = Duration.ofNanos(System.nanoTime() - start);
    return launched;
  }

  /** Stops the node cleanly and starts it on the same folder. */
  void restart() {
    process.close();
    process = launch();
  }

  /** From the last start of the process until it could answer. */
  Duration readyAfter() {
    return readyAfter;
  }

  long pid() {
    return process.pid();
  }

  RekindleClient connect() {
    return RekindleClient.builder(folder.target())
        .caCertificate(folder.serverCa())
        .apiKey(folder.adminKey())
        .deadline(DEADLINE)
        .build();
  }

  /** What the node's process has computed so far; what this costs does not depend on neighbours. */
  Duration cpu() {
    return ProcessHandle.of(process.pid())
        .flatMap(node -> node.info().totalCpuDuration())
        .orElse(Duration.ZERO);
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
