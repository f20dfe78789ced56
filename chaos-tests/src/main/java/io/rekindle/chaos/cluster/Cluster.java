package io.rekindle.chaos.cluster;

import io.rekindle.client.RekindleClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

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

  /** The commands that made their folders. */
  private final List<List<String>> inits;

  private @Nullable String adminKey;

  private Cluster(Distribution distribution, List<ChaosNode> nodes, List<List<String>> inits) {
    this.distribution = distribution;
    this.nodes = List.copyOf(nodes);
    this.inits = List.copyOf(inits);
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
    List<List<String>> inits = new ArrayList<>();
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
      List<String> settings = settings(spec, ports, i);
      // One that joins wants to know where the first one is found.
      settings.forEach(it -> init.addAll(List.of("--set", it)));
      make(distribution, init);
      inits.add(init);
      List<String> command = new ArrayList<>(wrap.get(i));
      command.addAll(distribution.node(folder, settings));
      nodes.add(new ChaosNode(i, folder, ports.get(i), command));
    }
    return new Cluster(distribution, nodes, inits);
  }

  private static void make(Distribution distribution, List<String> init) {
    Distribution.Ended ended = distribution.command(init.toArray(String[]::new));
    if (ended.code() != 0) {
      throw new IllegalStateException("a folder was not made: " + ended.output());
    }
  }

  /**
   * kill -9, and then a new folder in the place of the old one, as on a new disk: what starts on it
   * is another node, which joins and holds nothing. Not the first one, whose folder others join.
   */
  public void replaceDisk(ChaosNode node) {
    node.kill();
    deleteAll(node.folder());
    make(distribution, inits.get(node.number()));
  }

  private static void deleteAll(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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
      settings.add("rekindle.cluster.initial-nodes=" + (number == 0 ? spec.nodes() : 0));
      settings.add("rekindle.ignite.discovery-port=" + own.discovery());
      settings.add("rekindle.ignite.communication-port=" + own.communication());
      settings.add("rekindle.cluster.halt-after=PT20S");
      settings.add("rekindle.cluster.host=" + own.host());
      settings.add(
          "rekindle.cluster.addresses="
              + all.stream()
                  .map(it -> it.host() + ":" + it.discovery())
                  .collect(Collectors.joining(",")));
    }
    return settings;
  }

  /** Starts all at once, as a cluster begins when they are all there, and waits for them. */
  public void start() {
    bringBack(nodes);
  }

  /**
   * Starts nodes that were ended, and waits until all nodes are one database again, with all its
   * copies.
   */
  public void bringBack(List<ChaosNode> ended) {
    ended.forEach(ChaosNode::launch);
    if (nodes.size() == 1) {
      ended.forEach(ChaosNode::insistReady);
    }
    settle();
  }

  /**
   * Waits until every node sees every other one and no copy is missing. Meanwhile it supervises: a
   * node that ends with 3, as one does that was too long without a majority, is started again. A
   * node that is alone has nobody to wait for.
   */
  public void settle() {
    if (nodes.size() > 1) {
      new Settling(this).await();
    }
  }

  public List<ChaosNode> nodes() {
    return nodes;
  }

  public ChaosNode node(int number) {
    return nodes.get(number);
  }

  /** With the first API key, which may do everything. */
  public RekindleClient administrator() {
    return administrator(nodes.getFirst());
  }

  /** The same, of a certain node. */
  public RekindleClient administrator(ChaosNode node) {
    return node.connect(adminKey(), DEADLINE);
  }

  /** A connection that goes to any of the nodes, as they are there; the caller closes it. */
  public RekindleClient connectToAll(String apiKey, Duration deadline) {
    return RekindleClient.builder(
            nodes.stream().map(ChaosNode::target).collect(Collectors.joining(",")))
        .caCertificate(nodes.getFirst().folder().resolve("tls").resolve("server-ca.crt"))
        .apiKey(apiKey)
        .deadline(deadline)
        .build();
  }

  /** Known from the first call on, also when the folder is gone that it was read from. */
  public synchronized String adminKey() {
    String known = adminKey;
    if (known == null) {
      try {
        known = Files.readString(founder().folder().resolve("admin.key")).strip();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      adminKey = known;
    }
    return known;
  }

  /** The node that made the first API key. */
  private ChaosNode founder() {
    return nodes.stream()
        .filter(it -> Files.exists(it.folder().resolve("admin.key")))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no node has made an API key"));
  }

  /** {@code rekindle audit verify}, as a process, against one node. */
  public Distribution.Ended verifyAudit(ChaosNode node) {
    return distribution.command(
        "audit",
        "verify",
        "--target",
        node.target(),
        "--data-folder",
        founder().folder().toString(),
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
