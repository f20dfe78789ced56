package io.rekindle.chaos.fault;

import io.rekindle.chaos.cluster.ChaosNode;
import io.rekindle.chaos.cluster.Cluster;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * A node whose packets are lost in bursts, in both directions: each burst is a short cut, too short
 * for the others to give the node up, so that connections stay and have to repeat.
 */
public final class LossyLink implements Fault {
  private static final int BURST_MILLIS_MIN = 50;
  private static final int BURST_MILLIS_MAX = 400;
  private static final int BETWEEN_MILLIS_MAX = 600;
  private static final int MILLIS_MIN = 4_000;
  private static final int MILLIS_MAX = 15_000;

  private final NetworkFaults network;

  public LossyLink(NetworkFaults network) {
    this.network = network;
  }

  @Override
  public String name() {
    return "packets lost in bursts";
  }

  @Override
  public FaultEvent strike(Cluster cluster, Random random) {
    ChaosNode node = Fault.victim(cluster, random);
    long broken = System.nanoTime();
    long until = broken + TimeUnit.MILLISECONDS.toNanos(random.nextInt(MILLIS_MIN, MILLIS_MAX));
    while (System.nanoTime() - until < 0) {
      others(cluster, node, network::cut);
      Fault.hold(random.nextInt(BURST_MILLIS_MIN, BURST_MILLIS_MAX));
      others(cluster, node, network::heal);
      Fault.hold(random.nextInt(BETWEEN_MILLIS_MAX));
    }
    long mended = System.nanoTime();
    cluster.settle();
    return new FaultEvent(name(), node.number(), broken, mended, System.nanoTime());
  }

  private interface Link {
    void between(int one, int other);
  }

  private static void others(Cluster cluster, ChaosNode node, Link link) {
    for (ChaosNode other : cluster.nodes()) {
      if (other != node) {
        link.between(node.number(), other.number());
      }
    }
  }
}
