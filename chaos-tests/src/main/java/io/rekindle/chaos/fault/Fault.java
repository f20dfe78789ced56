package io.rekindle.chaos.fault;

import io.rekindle.chaos.cluster.ChaosNode;
import io.rekindle.chaos.cluster.Cluster;
import java.util.Random;

/** Something that goes wrong, and is put right again. Called by one thread at a time. */
public interface Fault {
  /** Of its class, as reports say it. */
  String name();

  /**
   * Strikes a node that the random numbers choose, for as long as they say.
   *
   * @return afterwards every node answers, or has been started and is about to
   */
  FaultEvent strike(Cluster cluster, Random random);

  /** One of the nodes. */
  static ChaosNode victim(Cluster cluster, Random random) {
    return cluster.node(random.nextInt(cluster.nodes().size()));
  }

  /** Lets a fault last. */
  static void hold(int millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
