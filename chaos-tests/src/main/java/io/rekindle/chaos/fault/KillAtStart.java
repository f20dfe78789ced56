package io.rekindle.chaos.fault;

import io.rekindle.chaos.cluster.ChaosNode;
import io.rekindle.chaos.cluster.Cluster;
import java.util.List;
import java.util.Random;

/** SIGKILL, and SIGKILL again while the node recovers from it. */
public final class KillAtStart implements Fault {
  private static final int STARTING_MILLIS_MIN = 500;
  private static final int STARTING_MILLIS_MAX = 6_000;

  @Override
  public String name() {
    return "kill -9 while starting";
  }

  @Override
  public FaultEvent strike(Cluster cluster, Random random) {
    ChaosNode node = Fault.victim(cluster, random);
    long broken = System.nanoTime();
    node.kill();
    node.launch();
    Fault.hold(random.nextInt(STARTING_MILLIS_MIN, STARTING_MILLIS_MAX));
    node.kill();
    long mended = System.nanoTime();
    cluster.bringBack(List.of(node));
    return new FaultEvent(name(), node.number(), broken, mended, System.nanoTime());
  }
}
