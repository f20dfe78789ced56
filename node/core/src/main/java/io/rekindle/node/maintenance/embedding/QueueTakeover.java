package io.rekindle.node.maintenance.embedding;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Notices when this node has to look for what waits, before the next sweep is due: when partitions
 * became its own, when a node left, in whose queue rows of this one may have been, and when it is
 * told to. What finds no room is offered when there is some. One thread looks; any may tell.
 *
 * <p>What fails is tried again, after pauses that double: while partitions are lost it may fail for
 * hours.
 */
public final class QueueTakeover {
  /** Looks; the next sweep comes about as soon. */
  private static final int PAUSE_MAX = 32;

  private final Supplier<Set<Integer>> owned;
  private final Supplier<Set<String>> nodes;
  private final BooleanSupplier room;
  private final BooleanSupplier offerPending;
  private Set<Integer> ownedBefore;
  private Set<String> nodesBefore;
  private final AtomicInteger wakes = new AtomicInteger();
  private int wakesBefore;
  private boolean left;
  private int pause;
  private int pauseLeft;

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

  /** Has the next look offer what waits, as when rows may be embedded that could not be. */
  public void wake() {
    wakes.incrementAndGet();
  }

  /** Compares with the last look that did not fail. */
  public void look() {
    if (pauseLeft > 0) {
      pauseLeft--;
      return;
    }
    Set<Integer> ownedNow = owned.get();
    Set<String> nodesNow = nodes.get();
    int wakesNow = wakes.get();
    Set<Integer> gained = new HashSet<>(ownedNow);
    gained.removeAll(ownedBefore);
    boolean changed =
        !gained.isEmpty() || !nodesNow.containsAll(nodesBefore) || wakesNow != wakesBefore;
    if (changed || (left && room.getAsBoolean())) {
      offer();
    }
    ownedBefore = ownedNow;
    nodesBefore = nodesNow;
    wakesBefore = wakesNow;
  }

  private void offer() {
    pauseLeft = pause;
    pause = Math.min(PAUSE_MAX, Math.max(1, 2 * pause));
    left = !offerPending.getAsBoolean();
    pauseLeft = 0;
    pause = 0;
  }
}
