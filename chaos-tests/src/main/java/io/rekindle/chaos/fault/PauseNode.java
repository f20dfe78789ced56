package io.rekindle.chaos.fault;

import io.rekindle.chaos.cluster.ChaosNode;
import io.rekindle.chaos.cluster.Cluster;
import java.util.Random;

/** SIGSTOP and SIGCONT: a process that stands still, for less and for longer than clients wait. */
public final class PauseNode implements Fault {
  private static final int MILLIS_MIN = 200;
  private static final int MILLIS_MAX = 8_000;

  @Override
  public String name() {
    return "SIGSTOP, SIGCONT";
  }

  @Override
  public FaultEvent strike(Cluster cluster, Random random) {
    ChaosNode node = Fault.victim(cluster, random);
    long broken = System.nanoTime();
    node.pause();
    Fault.hold(random.nextInt(MILLIS_MIN, MILLIS_MAX));
    node.resume();
    long mended = System.nanoTime();
    return new FaultEvent(name(), node.number(), broken, mended, mended);
  }
}
