package io.rekindle.cli.bench;

import io.rekindle.cli.CommandFailedException;
import io.rekindle.cli.node.NodeFolder;
import io.rekindle.cli.node.NodeProcess;
import io.rekindle.client.RekindleClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/** A node for a measurement: on a folder that goes away with it, or on one that is kept. */
final class BenchNode implements AutoCloseable {
  /** A killed node with a large folder reads its log again first. */
  private static final Duration START_MAX = Duration.ofMinutes(15);

  private static final Duration DEADLINE = Duration.ofMinutes(2);

  /** What lets one API key drive the node alone, at a port that is free. */
  private static final List<String> ALONE =
      List.of("rekindle.door.port=0", "rekindle.requests.in-flight-per-key-max=256");

  private final NodeFolder folder;
  private final boolean kept;
  private final List<String> settings;
  private NodeProcess process;
  private Duration readyAfter = Duration.ZERO;

  private BenchNode(NodeFolder folder, boolean kept, List<String> settings) {
    this.folder = folder;
    this.kept = kept;
    this.settings = NodeSizing.merged(ALONE, settings);
    this.process = launch();
  }

  /** Starts a node in a new folder below another one. */
  static BenchNode temporary(Path below, List<String> settings) {
    NodeFolder folder = new NodeFolder(below.resolve(UUID.randomUUID().toString()));
    NodeProcess.initialize(folder);
    return new BenchNode(folder, false, settings);
  }

  /** Starts a node on a folder, which is made when it is not there, and stays. */
  static BenchNode on(Path path, List<String> settings) {
    NodeFolder folder = new NodeFolder(path);
    if (!folder.isInitialized()) {
      NodeProcess.initialize(folder);
    }
    return new BenchNode(folder, true, settings);
  }

  /** Starts a node in a new folder, which goes away with it, at a level of durability. */
  static BenchNode start(Path below, String durability) {
    return temporary(below, List.of("rekindle.durability=" + durability));
  }

  private NodeProcess launch() {
    long start = System.nanoTime();
    NodeProcess launched = NodeProcess.start(folder, settings, START_MAX);
    readyAfter = Duration.ofNanos(System.nanoTime() - start);
    return launched;
  }

  /** Stops the node cleanly and starts it on the same folder. */
  void restart() {
    process.close();
    process = launch();
  }

  /** Kills the node as {@code kill -9} does, and starts it on the same folder. */
  void killAndRestart() {
    process.kill();
    process = launch();
  }

  /** From the last start of the process until it said that its engine is active. */
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

  /** How many snapshots of vectors lie in its folder. */
  int snapshots() {
    Path vectors = folder.path().resolve("index").resolve("vectors");
    try (Stream<Path> files = Files.list(vectors)) {
      return (int) files.filter(file -> !file.toString().endsWith(".unfinished")).count();
    } catch (IOException e) {
      throw new CommandFailedException("the folder of snapshots cannot be read", e);
    }
  }

  /** The level that the settings say, or the node's default. */
  String durability() {
    String key = "rekindle.durability=";
    return settings.stream()
        .filter(setting -> setting.startsWith(key))
        .map(setting -> setting.substring(key.length()))
        .findFirst()
        .orElse("process");
  }

  @Override
  public void close() {
    process.close();
    if (kept) {
      return;
    }
    try (var files = Files.walk(folder.path())) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new CommandFailedException("the bench's folder was not removed", e);
    }
  }
}
