package io.rekindle.chaos.cluster;

import io.rekindle.client.RekindleClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Some nodes that are one database. The folder of the first is made anew; further ones join it.
 *
 * <p>With one node nothing but its folder is configured; with more, discovery and communication get
 * fixed ports on the address of each, and everybody is told of everybody.
 */
public final class Cluster implements AutoCloseable {
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  private final Distribution distribution;
  private final List<ChaosNode> nodes;

  private Cluster(Distribution distribution, List<ChaosNode> nodes) {
    this.distribution = distribution;
    this.nodes = List.copyOf(nodes);
  }

  /**
   * Makes the folders; nothing runs yet.
   *
   * @param hosts the address of each node, on this machine
   * @param wrap goes before the command of a node's process, such as {@code ip netns exec}
   */
  public static Cluster prepare(
      Distribution distribution,
      Path below,
      ClusterSpec spec,
      List<String> hosts,
      List<List<String>> wrap) {
    List<NodePorts> ports =
        hosts.stream().limit(spec.nodes()).map(NodePorts::free).collect(Collectors.toList());
    List<ChaosNode> nodes = new ArrayList<>();
    try {
      Files.createDirectories(below);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    for (int i = 0; i < spec.nodes(); i++) {
      Path folder = below.resolve("node-" + i);
      List<String> init = new ArrayList<>(List.of("node", "init", "--data-folder"));
      init.add(folder.toString());
      init.addAll(List.of("--host", hosts.get(i)));
      if (i > 0) {
        init.addAll(List.of("--join", nodes.getFirst().folder().toString()));
      }
      Distribution.Ended ended = distribution.command(init.toArray(String[]::new));
      if (ended.code() != 0) {
        throw new IllegalStateException("a folder was not made: " + ended.output());
      }
      List<String> command = new ArrayList<>(wrap.get(i));
      command.addAll(distribution.node(folder, settings(spec, ports, i)));
      nodes.add(new ChaosNode(i, folder, ports.get(i), command));
    }
    return new Cluster(distribution, nodes);
  }

  /** All on loopback. */
  public static Cluster prepare(Distribution distribution, Path below, ClusterSpec spec) {
    List<String> hosts = new ArrayList<>();
    List<List<String>> wrap = new ArrayList<>();
    for (int i = 0; i < spec.nodes(); i++) {
      hosts.add("127.0.0.1");
      wrap.add(List.of());
    }
    return prepare(distribution, below, spec, hosts, wrap);
  }

  private static List<String> settings(ClusterSpec spec, List<NodePorts> all, int number) {
    NodePorts own = all.get(number);
    List<String> settings = new ArrayList<>(spec.settings());
    settings.add("rekindle.door.host=" + own.host());
    settings.add("rekindle.door.port=" + own.door());
    if (spec.nodes() > 1) {
      settings.add("rekindle.ignite.backups=" + spec.backups());
      settings.add("rekindle.ignite.discovery-port=" + own.discovery());
      settings.add("rekindle.ignite.communication-port=" + own.communication());
      settings.add("rekindle.cluster.host=" + own.host());
      settings.add(
          "rekindle.cluster.addresses="
              + all.stream()
                  .map(it -> it.host() + ":" + it.discovery())
                  .collect(Collectors.joining(",")));
    }
    return settings;
  }

  /** Starts all, the first one first, and waits until each answers. */
  public void start() {
    nodes.forEach(ChaosNode::start);
  }

  public List<ChaosNode> nodes() {
    return nodes;
  }

  public ChaosNode node(int number) {
    return nodes.get(number);
  }

  /** With the first API key, which may do everything. */
  public RekindleClient administrator() {
    return nodes.getFirst().connect(adminKey(), DEADLINE);
  }

  public String adminKey() {
    try {
      return Files.readString(nodes.getFirst().folder().resolve("admin.key")).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** {@code rekindle audit verify}, as a process, against one node. */
  public Distribution.Ended verifyAudit(ChaosNode node) {
    return distribution.command(
        "audit",
        "verify",
        "--target",
        node.target(),
        "--data-folder",
        nodes.getFirst().folder().toString(),
        "--timeout",
        "PT2M");
  }

  /** Leaves what the nodes have said, for whoever looks into a run, in a folder that stays. */
  public void leaveLogs(Path into) {
    for (ChaosNode node : nodes) {
      Path diagnostics = node.folder().resolve("diagnostics");
      Path kept = into.resolve("diagnostics-" + node.number());
      Distribution.run(List.of("cp", "-a", diagnostics.toString(), kept.toString()));
      Distribution.run(List.of("cp", node.log().toString(), into.toString()));
    }
  }

  @Override
  public void close() {
    nodes.forEach(ChaosNode::close);
  }
}
