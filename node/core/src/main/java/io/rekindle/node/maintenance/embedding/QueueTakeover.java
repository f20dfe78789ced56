package io.rekindle.node.maintenance.embedding;

import java.util.HashSet;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Notices when this node has to look for what waits, before the next sweep is due: when partitions
 * became its own, and when a node left, in whose queue rows of this one may have been. What finds
 * no room is offered when there is some. One thread.
 */
public final class QueueTakeover {
  private final Supplier<Set<Integer>> owned;
  private final Supplier<Set<String>> nodes;
  private final BooleanSupplier room;
  private final BooleanSupplier offerPending;
  private Set<Integer> ownedBefore;
  private Set<String> nodesBefore;
  private boolean left;

  /**
   * Knows how it is now.
   *
   * @param owned the partitions that this node owns
   * @param nodes the ids of the nodes that are there
   * @param room whether the queue can take much
   * @param offerPending offers all that waits on this node; whether there was room for all
   */
  public QueueTakeover(
      Supplier<Set<Integer>> owned,
      Supplier<Set<String>> nodes,
      BooleanSupplier room,
      BooleanSupplier offerPending) {
    this.owned = owned;
    this.nodes = nodes;
    this.room = room;
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
    if (!gained.isEmpty() || !nodesNow.containsAll(nodesBefore) || (left && room.getAsBoolean())) {
      left = !offerPending.getAsBoolean();
    }
    ownedBefore = ownedNow;
    nodesBefore = nodesNow;
  }
}
