package io.rekindle.node.maintenance.embedding;

import java.util.HashSet;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Notices when this node has to look for what waits, before the next sweep is due: when partitions
 * became its own, and when a node left, in whose queue rows of this one may have been. One thread.
 */
public final class QueueTakeover {
  private final Supplier<Set<Integer>> owned;
  private final Supplier<Set<String>> nodes;
  private final Runnable offerPending;
  private Set<Integer> ownedBefore;
  private Set<String> nodesBefore;

  /**
   * Knows how it is now.
   *
   * @param owned the partitions that this node owns
   * @param nodes the ids of the nodes that are there
   * @param offerPending offers all that waits on this node
   */
  public QueueTakeover(
      Supplier<Set<Integer>> owned, Supplier<Set<String>> nodes, Runnable offerPending) {
    this.owned = owned;
    this.nodes = nodes;
    this.offerPending = offerPending;
    this.ownedBefore = owned.get();
    this.nodesBefore = nodes.get();
  }

  /** Compares with the look before. What fails is done by the next look. */
  public void look() {
    Set<Integer> ownedNow = owned.get();
    Set<String> nodesNow = nodes.get();
    Set<Integer> gained = new HashSet<>(ownedNow);
    gained.removeAll(ownedBefore);
    if (!gained.isEmpty() || !nodesNow.containsAll(nodesBefore)) {
      offerPending.run();
    }
    ownedBefore = ownedNow;
    nodesBefore = nodesNow;
  }
}
