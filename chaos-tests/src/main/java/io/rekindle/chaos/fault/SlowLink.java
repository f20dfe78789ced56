package io.rekindle.chaos.fault;

import io.rekindle.chaos.cluster.ChaosNode;
import io.rekindle.chaos.cluster.Cluster;
import java.time.Duration;
import java.util.Random;

/**
 * A node whose network is too slow for what it has to send: all of it is late, by a queue, and what
 * the queue does not hold is lost (a token bucket, {@code tc-tbf(8)}).
 */
public final class SlowLink implements Fault {
  private static final int KILOBITS_MIN = 200;
  private static final int KILOBITS_MAX = 2_000;
  private static final Duration WAIT_MAX = Duration.ofMillis(400);
  private static final int MILLIS_MIN = 4_000;
  private static final int MILLIS_MAX = 15_000;

  private final NetworkFaults network;

  public SlowLink(NetworkFaults network) {
    this.network = network;
  }

  @Override
  public String name() {
    return "slow network, delay";
  }

  @Override
  public FaultEvent strike(Cluster cluster, Random random) {
    ChaosNode node = Fault.victim(cluster, random);
    long broken = System.nanoTime();
    network.slow(node.number(), random.nextInt(KILOBITS_MIN, KILOBITS_MAX), WAIT_MAX);
    Fault.hold(random.nextInt(MILLIS_MIN, MILLIS_MAX));
    network.unslow(node.number());
    long mended = System.nanoTime();
    cluster.settle();
    return new FaultEvent(name(), node.number(), broken, mended, System.nanoTime());
  }
}
