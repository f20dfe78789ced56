package io.rekindle.node.cluster;

import java.time.Duration;
import java.util.Map;
import org.apache.ignite.cluster.ClusterNode;

/**
 * Whether a node is new in its cluster. Ignite makes it the owner of partitions as soon as its
 * copies are whole, which may be before its door is open, and long before its indexes are loaded;
 * so whoever can asks another copy for a while (decision 0019).
 */
public final class Settling {
  private static final String UNTIL = "rekindle.settling-until";

  /** Nodes that start as one cluster, within so long, have nothing ahead of each other. */
  private static final long TOGETHER_MILLIS = 15_000;

  private Settling() {}

  /** Has a node that starts now tell the others until when it is new, by its clock. */
  static void tell(Map<String, Object> attributes, Duration settling) {
    attributes.put(UNTIL, System.currentTimeMillis() + settling.toMillis());
  }

  /** Whether a node has been there for long enough; one that does not say so has. */
  public static boolean isOver(ClusterNode node) {
    return System.currentTimeMillis() >= until(node);
  }

  /** Whether a node was there well before another one. */
  public static boolean isBefore(ClusterNode node, ClusterNode other) {
    return until(node) + TOGETHER_MILLIS <= until(other);
  }

  private static long until(ClusterNode node) {
    Long until = node.attribute(UNTIL);
    return until == null ? 0 : until;
  }
}
