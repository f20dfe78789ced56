package io.rekindle.chaos.fault;

import io.rekindle.chaos.cluster.ChaosNode;
import io.rekindle.chaos.cluster.Cluster;
import java.util.Random;

/** SIGSTOP and SIGCONT: a process that stands still, and goes on. */
public final class PauseNode implements Fault {
  private final int millisMin;
  private final int millisMax;

  private PauseNode(int millisMin, int millisMax) {
    this.millisMin = millisMin;
    this.millisMax = millisMax;
  }

  /** For less and for longer than clients wait. */
  public static PauseNode alone() {
    return new PauseNode(200, 8_000);
  }

  /** For less and for longer than the other nodes wait before they go on without it. */
  public static PauseNode amongOthers() {
    return new PauseNode(2_000, 15_000);
  }

  @Override
  public String name() {
    return "SIGSTOP, SIGCONT";
  }

  @Override
  public FaultEvent strike(Cluster cluster, Random random) {
    ChaosNode node = Fault.victim(cluster, random);
    long broken = System.nanoTime();
    node.pause();
    Fault.hold(random.nextInt(millisMin, millisMax));
    node.resume();
    long mended = System.nanoTime();
    cluster.settle();
    return new FaultEvent(name(), node.number(), broken, mended, System.nanoTime());
  }
}
