package io.rekindle.chaos.fault;

import io.rekindle.chaos.cluster.ChaosNode;
import io.rekindle.chaos.cluster.Cluster;
import java.util.List;
import java.util.Random;

/** SIGTERM under traffic, which has to end cleanly, and a start. */
public final class RestartNode implements Fault {
  @Override
  public String name() {
    return "SIGTERM, start";
  }

  @Override
  public FaultEvent strike(Cluster cluster, Random random) {
    ChaosNode node = Fault.victim(cluster, random);
    long broken = System.nanoTime();
    int code = node.stop();
    if (code != 0) {
      throw new IllegalStateException(
          "node %d ended with %d on SIGTERM: %s"
              .formatted(node.number(), code, node.lastSentence()));
    }
    long mended = System.nanoTime();
    cluster.bringBack(List.of(node));
    return new FaultEvent(name(), node.number(), broken, mended, System.nanoTime());
  }
}
