package io.rekindle.node.cluster;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.ignite.Ignite;
import org.apache.ignite.cluster.BaselineNode;
import org.apache.ignite.cluster.ClusterNode;
import org.apache.ignite.cluster.ClusterState;
import org.apache.ignite.spi.discovery.tcp.TcpDiscoverySpi;
import org.apache.ignite.spi.discovery.tcp.internal.TcpDiscoveryNode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits until the cluster that a started node belongs to is active.
 *
 * <p>A new cluster begins when its first nodes are all there, and they are its baseline. An old one
 * goes on by itself when all of its baseline is back: fewer could be those that missed the last
 * writes, and nobody would notice. An operator may name nodes that are not waited for any more.
 * Nodes that start while they can't reach each other make rings of their own, which Ignite never
 * joins together; so a ring that is not active and sees a listener that is not in it gives up, to
 * start anew.
 */
final class ClusterStart {
  /** The attribute of a node that may begin a new cluster. */
  static final String FOUNDER = "rekindle.founder";

  /** The attribute that names nodes of the baseline which are not waited for. */
  static final String WITHOUT = "rekindle.without";

  private static final Logger LOG = LoggerFactory.getLogger(ClusterStart.class);
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
  private static final long TELL_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(3);
  private static final Duration CONNECT_MAX = Duration.ofMillis(500);

  /** Much longer than a slow machine takes: it makes the caches of a new cluster meanwhile. */
  private static final Duration BEGIN_MAX = Duration.ofMinutes(1);

  private final Ignite ignite;
  private final int initialNodes;
  private final Duration beginMax;
  private final Consumer<Set<String>> leaving;
  private final BooleanSupplier givenUp;
  private long tellAtNanos = System.nanoTime();
  private long lookAtNanos;

  private ClusterStart(
      Ignite ignite,
      int initialNodes,
      Duration beginMax,
      Consumer<Set<String>> leaving,
      BooleanSupplier givenUp) {
    this.leaving = leaving;
    this.givenUp = givenUp;
    this.ignite = ignite;
    this.initialNodes = initialNodes;
    this.beginMax = beginMax;
    lookLater();
  }

  /**
   * Returns when the cluster is active.
   *
   * @param leaving told, before they are left behind by this node, which nodes of the baseline that
   *     are; when it throws, they are not
   * @param givenUp asked while it waits; true ends that
   * @return false when this node is in a ring of its own while others are elsewhere, or in one that
   *     begins nothing, or has given up
   */
  static boolean await(
      Ignite ignite, int initialNodes, Consumer<Set<String>> leaving, BooleanSupplier givenUp) {
    return new ClusterStart(ignite, initialNodes, BEGIN_MAX, leaving, givenUp).await();
  }

  static boolean await(
      Ignite ignite, int initialNodes, Duration beginMax, BooleanSupplier givenUp) {
    return new ClusterStart(ignite, initialNodes, beginMax, _ -> {}, givenUp).await();
  }

  private boolean await() {
    if (ignite.cluster().state().active()) {
      return true; // One that runs is joined as it is: nobody is left behind by that.
    }
    while (!ignite.cluster().state().active() || !leftBehind().isEmpty()) {
      if (Thread.interrupted()) {
        throw new IllegalStateException("the start was interrupted while it waited for nodes");
      }
      if (givenUp.getAsBoolean()) {
        return false;
      }
      if (mayBegin()) {
        if (!begin()) {
          return false;
        }
      } else if (System.nanoTime() - lookAtNanos >= 0) {
        lookLater();
        if (othersAreElsewhere()) {
          return false;
        }
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
    return true;
  }

  /**
   * Activates the cluster. A ring may be deaf: Ignite's coordinator keeps such messages back for
   * nodes that it believes to be joining, and one that gave up meanwhile is waited for for ever.
   *
   * @return false when the ring has not answered; this node's new start gives it a coordinator
   */
  private boolean begin() {
    CompletableFuture<Void> begun = new CompletableFuture<>();
    Thread beginning =
        Thread.ofPlatform()
            .name("cluster-begin")
            .daemon()
            .start(
                () -> {
                  try {
                    ignite.cluster().state(ClusterState.ACTIVE);
                    leaveBehind();
                    begun.complete(null);
                  } catch (RuntimeException e) {
                    begun.completeExceptionally(e);
                  }
                });
    try {
      begun.get(beginMax.toNanos(), TimeUnit.NANOSECONDS);
      return true;
    } catch (TimeoutException e) {
      beginning.interrupt();
      LOG.atWarn()
          .addKeyValue("waited_ms", beginMax.toMillis())
          .log("the ring does not begin a cluster: the engine starts anew");
      return false;
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e);
    } catch (InterruptedException e) {
      beginning.interrupt();
      throw new IllegalStateException("the start was interrupted while the cluster began", e);
    }
  }

  /** Whether this node is to begin a new cluster, or the only one of its old one. */
  private boolean mayBegin() {
    Collection<ClusterNode> nodes = ignite.cluster().forServers().nodes();
    Collection<BaselineNode> baseline = ignite.cluster().currentBaselineTopology();
    if (baseline != null && !baseline.isEmpty()) {
      Set<Object> without = without(nodes);
      Set<Object> there = nodes.stream().map(ClusterNode::consistentId).collect(Collectors.toSet());
      List<Object> missing =
          baseline.stream()
              .map(BaselineNode::consistentId)
              .filter(id -> !there.contains(id))
              .filter(id -> !without.contains(id))
              .toList();
      tell("the cluster waits for nodes of its baseline", missing);
      return missing.isEmpty() && isOldest(nodes);
    }
    if (initialNodes == 0) {
      tell("the node waits for a cluster to join", List.of(nodes.size()));
    } else if (nodes.size() < initialNodes) {
      tell("a new cluster waits for its first nodes", List.of(nodes.size(), initialNodes));
    }
    List<ClusterNode> founders =
        nodes.stream().filter(node -> Boolean.TRUE.equals(node.attribute(FOUNDER))).toList();
    return initialNodes > 0 && nodes.size() >= initialNodes && isOldest(founders);
  }

  /** Those that an operator has given up, on any of these nodes. */
  private static Set<Object> without(Collection<ClusterNode> nodes) {
    return nodes.stream()
        .map(node -> node.attribute(WITHOUT))
        .filter(String.class::isInstance)
        .flatMap(ids -> Stream.of(((String) ids).split(",", -1)))
        .collect(Collectors.toSet());
  }

  /** Those of the baseline that were given up and are not there: their place is to end. */
  private Set<Object> leftBehind() {
    Collection<ClusterNode> nodes = ignite.cluster().forServers().nodes();
    Collection<BaselineNode> baseline = ignite.cluster().currentBaselineTopology();
    Set<Object> going = without(nodes);
    nodes.forEach(node -> going.remove(node.consistentId()));
    if (baseline != null) {
      going.retainAll(baseline.stream().map(BaselineNode::consistentId).toList());
    }
    return baseline == null ? Set.of() : going;
  }

  /** Ends their place in the baseline, so that older copies of theirs count no more. */
  private void leaveBehind() {
    Set<Object> going = leftBehind();
    Collection<BaselineNode> baseline = ignite.cluster().currentBaselineTopology();
    if (going.isEmpty() || baseline == null) {
      return;
    }
    LOG.atWarn()
        .addKeyValue("nodes", going)
        .log("the cluster starts without nodes of its baseline");
    leaving.accept(going.stream().map(String::valueOf).collect(Collectors.toSet()));
    ignite
        .cluster()
        .setBaselineTopology(
            baseline.stream().filter(it -> !going.contains(it.consistentId())).toList());
  }

  private boolean isOldest(Collection<ClusterNode> nodes) {
    return nodes.stream()
        .min(Comparator.comparingLong(ClusterNode::order))
        .map(ClusterNode::isLocal)
        .orElse(false);
  }

  private void tell(String what, List<Object> whom) {
    if (!whom.isEmpty() && System.nanoTime() - tellAtNanos >= 0) {
      tellAtNanos = System.nanoTime() + TELL_NANOS;
      LOG.atInfo().addKeyValue("of", whom).log(what);
    }
  }

  /** At random times, so that two rings do not give up for each other for ever. */
  private void lookLater() {
    lookAtNanos = System.nanoTime() + LOOK_NANOS + ThreadLocalRandom.current().nextLong(LOOK_NANOS);
  }

  private boolean othersAreElsewhere() {
    TcpDiscoverySpi discovery = (TcpDiscoverySpi) ignite.configuration().getDiscoverySpi();
    Set<InetSocketAddress> inRing =
        ignite.cluster().nodes().stream()
            .filter(TcpDiscoveryNode.class::isInstance)
            .flatMap(node -> ((TcpDiscoveryNode) node).socketAddresses().stream())
            .collect(Collectors.toSet());
    return discovery.getIpFinder().getRegisteredAddresses().stream()
        .anyMatch(address -> !inRing.contains(address) && isListening(address));
  }

  private static boolean isListening(InetSocketAddress address) {
    try (Socket socket = new Socket()) {
      socket.connect(address, Math.toIntExact(CONNECT_MAX.toMillis()));
      return true;
    } catch (IOException e) {
      // Nobody there is an answer.
      return false;
    }
  }
}
