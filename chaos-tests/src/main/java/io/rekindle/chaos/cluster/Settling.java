package io.rekindle.chaos.cluster;

import io.rekindle.client.RekindleClient;
import io.rekindle.client.RekindleClientException;
import io.rekindle.v1.ListNodesResponse;
import io.rekindle.v1.Node;
import java.time.Duration;

/**
 * A wait until some nodes are one database again; the supervisor of their processes as long as it
 * lasts. Used by the thread that drives the nodes.
 */
final class Settling {
  /** Without anything that gets better; a slow machine is slow, and not stuck. */
  private static final Duration STUCK_AFTER = Duration.ofMinutes(4);

  private static final Duration WITHIN = Duration.ofMinutes(9);
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** One good answer may be given before the others notice what happened. */
  private static final int TIMES = 2;

  private static final long PAUSE_MILLIS = 500;
  private static final int STARTS_MAX = 10;
  private static final int START_AGAIN = 3;

  private final Cluster cluster;
  private int starts;
  private String missing = "";
  private int copiesMissing = Integer.MAX_VALUE;
  private long betterAt;

  Settling(Cluster cluster) {
    this.cluster = cluster;
  }

  void await() {
    long begun = System.nanoTime();
    betterAt = begun;
    int times = 0;
    while (times < TIMES) {
      long now = System.nanoTime();
      if (now - betterAt > STUCK_AFTER.toNanos() || now - begun > WITHIN.toNanos()) {
        throw new NotWholeException(
            "not whole after %d s, and not better for %d s: %s"
                .formatted(seconds(now - begun), seconds(now - betterAt), missing));
      }
      supervise();
      times = isWhole() ? times + 1 : 0;
      pause();
    }
  }

  private static long seconds(long nanos) {
    return Duration.ofNanos(nanos).toSeconds();
  }

  private void supervise() {
    for (ChaosNode node : cluster.nodes()) {
      if (!node.isAlive()) {
        int code = node.exitCode();
        if (code != START_AGAIN || starts++ == STARTS_MAX) {
          throw new IllegalStateException(
              "node %d ended with %d: %s".formatted(node.number(), code, node.lastSentence()));
        }
        node.launch();
      }
    }
  }

  private boolean isWhole() {
    for (ChaosNode node : cluster.nodes()) {
      if (!node.isReady()) {
        missing = "node %d is not ready".formatted(node.number());
        return false;
      }
    }
    return cluster.nodes().stream().allMatch(this::seesAll);
  }

  private boolean seesAll(ChaosNode node) {
    try (RekindleClient client = node.connect(cluster.adminKey(), PATIENCE)) {
      ListNodesResponse seen = client.cluster().listNodes().execute();
      noteProgress(seen.getHealth().getCopiesMissing());
      long online = seen.getNodesList().stream().filter(Node::getOnline).count();
      missing =
          "node %d sees %d nodes, %d copies missing, %d partitions lost"
              .formatted(
                  node.number(),
                  online,
                  seen.getHealth().getCopiesMissing(),
                  seen.getHealth().getPartitionsLost());
      return online == cluster.nodes().size()
          && seen.getHealth().getCopiesMissing() == 0
          && seen.getHealth().getPartitionsLost() == 0;
    } catch (RekindleClientException e) {
      missing = "node %d answers %s".formatted(node.number(), e.reason());
      return false;
    }
  }

  private void noteProgress(int copies) {
    if (copies < copiesMissing) {
      copiesMissing = copies;
      betterAt = System.nanoTime();
    }
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
