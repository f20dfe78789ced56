package io.rekindle.chaos.fault;

import io.rekindle.chaos.cluster.ChaosNode;
import io.rekindle.chaos.cluster.Cluster;
import java.time.Duration;
import java.util.Random;

/** A node whose disk takes milliseconds longer for each write, one after the other. */
public final class SlowDisk implements Fault {
  private static final int DELAY_MILLIS_MIN = 1;
  private static final int DELAY_MILLIS_MAX = 50;
  private static final int MILLIS_MIN = 3_000;
  private static final int MILLIS_MAX = 15_000;

  private final InterposedCalls calls;

  public SlowDisk(InterposedCalls calls) {
    this.calls = calls;
  }

  @Override
  public String name() {
    return "slow disk";
  }

  @Override
  public FaultEvent strike(Cluster cluster, Random random) {
    ChaosNode node = Fault.victim(cluster, random);
    long broken = System.nanoTime();
    calls.setDisk(
        node.number(), Duration.ofMillis(random.nextInt(DELAY_MILLIS_MIN, DELAY_MILLIS_MAX)));
    Fault.hold(random.nextInt(MILLIS_MIN, MILLIS_MAX));
    calls.setDisk(node.number(), Duration.ZERO);
    long mended = System.nanoTime();
    cluster.settle();
    return new FaultEvent(name(), node.number(), broken, mended, System.nanoTime());
  }
}
