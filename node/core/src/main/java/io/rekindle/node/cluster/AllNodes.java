package io.rekindle.node.cluster;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.apache.ignite.Ignite;
import org.apache.ignite.cluster.ClusterNode;

/**
 * Asks all nodes, or all that hold data, at the same time, for what may take long. Safe for use by
 * many threads.
 */
public final class AllNodes {
  private final Ignite ignite;
  private final Membership membership;
  private final Baseline baseline;

  public AllNodes(Ignite ignite, Membership membership, Baseline baseline) {
    this.ignite = ignite;
    this.membership = membership;
    this.baseline = baseline;
  }

  /** Names an operation of this node, as {@link SliceCalls#register}. */
  public void register(String name, UnaryOperator<byte[]> operation) {
    SliceCalls.of(ignite).register(name, operation);
  }

  /**
   * Looks whether these nodes have all data.
   *
   * @throws RekindleException PARTITION_LOST when there is some that none of them has
   */
  public void requireAllData() {
    if (baseline.lost() > 0) {
      throw new RekindleException(
          ErrorCode.PARTITION_LOST, "not all data is in reach of this cluster", Map.of());
    }
  }

  /**
   * Runs an operation everywhere; returns when all have answered.
   *
   * @param timeout of the wait for another node
   * @return the answers by node id
   * @throws RekindleException what the first one threw that failed
   */
  public Map<String, byte[]> ask(String name, byte[] body, Duration timeout) {
    return ask(holding(), name, body, timeout);
  }

  /** As {@link #ask}, on the nodes that are there and hold no data, too. */
  public Map<String, byte[]> askEvery(String name, byte[] body, Duration timeout) {
    List<ClusterNode> every = new ArrayList<>(membership.others());
    every.add(membership.self());
    return ask(every, name, body, timeout);
  }

  private Map<String, byte[]> ask(
      List<ClusterNode> nodes, String name, byte[] body, Duration timeout) {
    Map<String, CompletableFuture<byte[]>> asked = new TreeMap<>();
    for (ClusterNode node : nodes) {
      asked.put(String.valueOf(node.consistentId()), begin(name, node, body, timeout));
    }
    // All have ended before the first failure is told: what it does next would meet them.
    CompletableFuture.allOf(asked.values().toArray(CompletableFuture[]::new))
        .exceptionally(_ -> null)
        .join();
    Map<String, byte[]> answers = new TreeMap<>();
    asked.forEach((node, answer) -> answers.put(node, answerOf(answer)));
    return answers;
  }

  /**
   * Begins to run an operation on other nodes that are there, those beside the baseline, too.
   *
   * @param whom by the id of the node
   * @param bodyOf what to ask, by the id of the node
   * @param timeout of the wait for each
   * @return by node id; each ends with the answer or a {@link RekindleException}, as {@link
   *     SliceCalls#call} throws it
   */
  public Map<String, CompletableFuture<byte[]>> askOthers(
      String name, Predicate<String> whom, Function<String, byte[]> bodyOf, Duration timeout) {
    Map<String, CompletableFuture<byte[]>> asked = new TreeMap<>();
    for (ClusterNode node : membership.others()) {
      String id = String.valueOf(node.consistentId());
      if (whom.test(id)) {
        asked.put(id, begin(name, node, bodyOf.apply(id), timeout));
      }
    }
    return asked;
  }

  private CompletableFuture<byte[]> begin(
      String name, ClusterNode node, byte[] body, Duration timeout) {
    return CompletableFuture.supplyAsync(
        () -> SliceCalls.of(ignite).call(SliceCalls.Lane.LONG, node, name, body, timeout),
        task -> Thread.ofPlatform().daemon().name("ask-" + name).start(task));
  }

  /** What an asked node answered; throws what it threw. */
  public static byte[] answerOf(CompletableFuture<byte[]> answer) {
    try {
      return answer.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }

  private List<ClusterNode> holding() {
    List<ClusterNode> nodes = new ArrayList<>(membership.peers());
    if (membership.selfInBaseline()) {
      nodes.add(ignite.cluster().localNode());
    }
    return nodes;
  }
}
