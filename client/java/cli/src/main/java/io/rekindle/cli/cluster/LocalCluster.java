package io.rekindle.cli.cluster;

import io.rekindle.cli.CommandFailedException;
import io.rekindle.cli.node.NodeFolder;
import io.rekindle.cli.node.NodeProcess;
import io.rekindle.client.RekindleClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Nodes of one cluster as processes on this machine, on loopback. Used by one thread. */
public final class LocalCluster implements AutoCloseable {
  private static final int PORTS_FROM = 20_000;
  private static final int PORTS_TO = 30_000;
  private static final int PORT_TRIES_MAX = 1_000;
  private static final Duration START_WAIT = Duration.ofMinutes(5);

  private final List<NodeFolder> folders;
  private final @Nullable NodeProcess[] nodes;
  private final int[] doors;

  private LocalCluster(List<NodeFolder> folders, int[] doors) {
    this.folders = folders;
    this.nodes = new NodeProcess[folders.size()];
    this.doors = doors;
  }

  /**
   * Makes the folders of {@code count} nodes below {@code parent}, each partition kept twice where
   * there is more than one.
   *
   * @param more settings of each node, as KEY=VALUE
   */
  public static LocalCluster create(Path parent, int count, List<String> more) {
    int[] ports = freePorts(count * 3);
    String addresses =
        IntStream.range(0, count)
            .mapToObj(i -> "127.0.0.1:" + ports[i])
            .collect(Collectors.joining(","));
    List<NodeFolder> folders = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      NodeFolder folder = new NodeFolder(parent.resolve("node" + (i + 1)));
      List<String> arguments = new ArrayList<>();
      if (i > 0) {
        arguments.addAll(List.of("--join", folders.get(0).path().toAbsolutePath().toString()));
      }
      List<String> settings = new ArrayList<>(more);
      settings.add("rekindle.door.port=" + ports[2 * count + i]);
      settings.add("rekindle.ignite.discovery-port=" + ports[i]);
      settings.add("rekindle.ignite.communication-port=" + ports[count + i]);
      settings.add("rekindle.ignite.backups=" + Math.min(1, count - 1));
      settings.add("rekindle.cluster.addresses=" + addresses);
      settings.add("rekindle.cluster.initial-nodes=" + (i == 0 ? count : 0));
      settings.forEach(setting -> arguments.addAll(List.of("--set", setting)));
      NodeProcess.initialize(folder, arguments);
      folders.add(folder);
    }
    return new LocalCluster(folders, Arrays.copyOfRange(ports, 2 * count, 3 * count));
  }

  /** Starts all nodes at once: the cluster begins when they are all there. */
  public void start() {
    List<CompletableFuture<Void>> starts =
        IntStream.range(0, nodes.length)
            .mapToObj(i -> CompletableFuture.runAsync(() -> start(i), LocalCluster::onOwnThread))
            .toList();
    try {
      starts.forEach(CompletableFuture::join);
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }

  /** They wait for each other: a pool of as many threads as there are cores may be too few. */
  private static void onOwnThread(Runnable task) {
    Thread.ofPlatform().daemon().start(task);
  }

  /** Starts one node, and returns when it answers. */
  public void start(int node) {
    nodes[node] = NodeProcess.start(folders.get(node), List.of(), START_WAIT);
  }

  /** Ends a node as a crash does (SIGKILL). */
  public void kill(int node) {
    NodeProcess process = nodes[node];
    if (process == null) {
      throw new IllegalStateException("the node does not run");
    }
    process.kill();
  }

  public int size() {
    return nodes.length;
  }

  /** A client of the whole cluster, as its administrator. */
  public RekindleClient client(Duration deadline) {
    return client(doors(), deadline);
  }

  /** A client of one node alone. */
  public RekindleClient client(int node, Duration deadline) {
    return client("localhost:" + doors[node], deadline);
  }

  /** A client of the whole cluster with another API key. */
  public RekindleClient clientOf(String apiKey, Duration deadline) {
    return client(doors(), apiKey, deadline);
  }

  private RekindleClient client(String target, Duration deadline) {
    return client(target, adminKey(), deadline);
  }

  private RekindleClient client(String target, String apiKey, Duration deadline) {
    return RekindleClient.builder(target)
        .caCertificate(folders.get(0).serverCa())
        .apiKey(apiKey)
        .deadline(deadline)
        .build();
  }

  private String doors() {
    return Arrays.stream(doors)
        .mapToObj(port -> "localhost:" + port)
        .collect(Collectors.joining(","));
  }

  /** Runs {@code kms rotate} for the folder of a node, on this terminal. */
  public int rotateKey(int node) {
    return NodeProcess.runInForeground(folders.get(node), "kms-rotate", List.of());
  }

  /** In the folder of the node that made it, which began the cluster. */
  private String adminKey() {
    for (NodeFolder folder : folders) {
      if (folder.hasAdminKey()) {
        return folder.adminKey();
      }
    }
    throw new CommandFailedException("no node of the cluster has made an API key");
  }

  @Override
  public void close() {
    for (NodeProcess node : nodes) {
      if (node != null) {
        node.close();
      }
    }
  }

  private static int[] freePorts(int count) {
    List<ServerSocket> held = new ArrayList<>();
    try {
      for (int i = 0; held.size() < count; i++) {
        hold(held, i == PORT_TRIES_MAX);
      }
      return held.stream().mapToInt(ServerSocket::getLocalPort).toArray();
    } finally {
      held.forEach(LocalCluster::release);
    }
  }

  /** Below the ports for outgoing connections, of which one could take it before the node does. */
  private static void hold(List<ServerSocket> held, boolean last) {
    int port = ThreadLocalRandom.current().nextInt(PORTS_FROM, PORTS_TO);
    try {
      held.add(new ServerSocket(port, 1, InetAddress.getLoopbackAddress()));
    } catch (IOException e) {
      if (last) {
        throw new CommandFailedException("there are no free ports", e);
      }
    }
  }

  private static void release(ServerSocket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new CommandFailedException("a port could not be given back", e);
    }
  }
}
