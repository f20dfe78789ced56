package io.rekindle.chaos.fault;

import io.rekindle.chaos.cluster.ChaosNode;
import io.rekindle.chaos.cluster.Cluster;
import java.time.Duration;
import java.util.Random;

/**
 * The clock of a node jumps ahead or back, by less and by more than is allowed between nodes, and
 * later back again, as one does that somebody set by hand.
 */
public final class ClockOffset implements Fault {
  private static final int OFFSET_MILLIS_MAX = 10_000;
  private static final int MILLIS_MIN = 2_000;
  private static final int MILLIS_MAX = 12_000;

  private final InterposedCalls calls;

  public ClockOffset(InterposedCalls calls) {
    this.calls = calls;
  }

  @Override
  public String name() {
    return "clock offset";
  }

  @Override
  public FaultEvent strike(Cluster cluster, Random random) {
    ChaosNode node = Fault.victim(cluster, random);
    long broken = System.nanoTime();
    calls.setClock(
        node.number(), Duration.ofMillis(random.nextInt(-OFFSET_MILLIS_MAX, OFFSET_MILLIS_MAX)));
    Fault.hold(random.nextInt(MILLIS_MIN, MILLIS_MAX));
    calls.setClock(node.number(), Duration.ZERO);
    long mended = System.nanoTime();
    cluster.settle();
    return new FaultEvent(name(), node.number(), broken, mended, System.nanoTime());
  }
}
