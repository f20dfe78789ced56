package io.rekindle.chaos.fault;

import io.rekindle.chaos.cluster.ChaosNode;
import io.rekindle.chaos.cluster.Cluster;
import java.util.List;
import java.util.Random;

/** SIGKILL in the middle of whatever it does, and a start on the same folder. */
public final class KillNode implements Fault {
  private static final int AWAY_MILLIS_MAX = 1_500;

  @Override
  public String name() {
    return "kill -9";
  }

  @Override
  public FaultEvent strike(Cluster cluster, Random random) {
    ChaosNode node = Fault.victim(cluster, random);
    long broken = System.nanoTime();
    node.kill();
    Fault.hold(random.nextInt(AWAY_MILLIS_MAX));
    long mended = System.nanoTime();
    cluster.bringBack(List.of(node));
    return new FaultEvent(name(), node.number(), broken, mended, System.nanoTime());
  }
}
