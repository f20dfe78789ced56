package io.rekindle.chaos.fault;

import io.rekindle.chaos.cluster.ChaosNode;
import io.rekindle.chaos.cluster.Cluster;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * SIGKILL of two nodes, one after the other: what is left of three has no majority, and may answer
 * nothing. It may be away for so long that the third ends, too, to join anew.
 */
public final class KillTwo implements Fault {
  private static final int BETWEEN_MILLIS_MAX = 500;
  private static final int AWAY_MILLIS_MIN = 3_000;
  private static final int AWAY_MILLIS_MAX = 25_000;

  @Override
  public String name() {
    return "kill -9 of two";
  }

  @Override
  public FaultEvent strike(Cluster cluster, Random random) {
    List<ChaosNode> victims = new ArrayList<>(cluster.nodes());
    while (victims.size() > 2) {
      victims.remove(random.nextInt(victims.size()));
    }
    long broken = System.nanoTime();
    victims.getFirst().kill();
    Fault.hold(random.nextInt(BETWEEN_MILLIS_MAX));
    victims.getLast().kill();
    Fault.hold(random.nextInt(AWAY_MILLIS_MIN, AWAY_MILLIS_MAX));
    long mended = System.nanoTime();
    cluster.bringBack(victims);
    return new FaultEvent(name(), victims.getFirst().number(), broken, mended, System.nanoTime());
  }
}
