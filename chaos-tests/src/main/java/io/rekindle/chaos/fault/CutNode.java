package io.rekindle.chaos.fault;

import io.rekindle.chaos.cluster.ChaosNode;
import io.rekindle.chaos.cluster.Cluster;
import java.util.Random;

/** One node that the others do not hear, or that does not hear them; clients reach all of them. */
public final class CutNode implements Fault {
  private static final int MILLIS_MIN = 2_000;
  private static final int MILLIS_MAX = 25_000;

  private final NetworkFaults network;
  private final Way way;

  /** What does not come through. */
  public enum Way {
    BOTH("network cut"),
    FROM_IT("network cut, from the node"),
    TO_IT("network cut, to the node");

    private final String text;

    Way(String text) {
      this.text = text;
    }
  }

  public CutNode(NetworkFaults network, Way way) {
    this.network = network;
    this.way = way;
  }

  @Override
  public String name() {
    return way.text;
  }

  @Override
  public FaultEvent strike(Cluster cluster, Random random) {
    ChaosNode node = Fault.victim(cluster, random);
    long broken = System.nanoTime();
    cluster.nodes().stream().filter(it -> it != node).forEach(it -> cut(node, it));
    Fault.hold(random.nextInt(MILLIS_MIN, MILLIS_MAX));
    cluster.nodes().stream()
        .filter(it -> it != node)
        .forEach(it -> network.heal(node.number(), it.number()));
    long mended = System.nanoTime();
    cluster.settle();
    return new FaultEvent(name(), node.number(), broken, mended, System.nanoTime());
  }

  private void cut(ChaosNode node, ChaosNode other) {
    switch (way) {
      case BOTH -> network.cut(node.number(), other.number());
      case FROM_IT -> network.cutOneWay(node.number(), other.number());
      case TO_IT -> network.cutOneWay(other.number(), node.number());
    }
  }
}
