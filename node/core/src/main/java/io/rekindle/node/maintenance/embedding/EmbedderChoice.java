package io.rekindle.node.maintenance.embedding;

import io.rekindle.node.model.EmbeddingModelId;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which other node gets a batch: of those that have its model and are not resting, the one with the
 * smallest part of its places taken; of equal ones, the one whose turn it is.
 *
 * <p>Knows what this node has sent and has not had back, and nothing of what others send: no
 * message is needed for a choice, and a node that was chosen may refuse. Then it rests, as one does
 * that could not be asked. Thread-safe.
 */
final class EmbedderChoice {
  private final LongSupplier nanoClock;
  private final Map<String, Load> loads = new HashMap<>();
  private long turns;

  /**
   * A node that takes batches of others.
   *
   * @param id of this run of the node
   * @param batchesMax that it embeds at a time; at least 1
   * @param models that it has
   */
  record Embedder(String id, int batchesMax, Set<EmbeddingModelId> models) {}

  private static final class Load {
    int sent;
    long lastTurn;
    @Nullable Long restUntil;
  }

  EmbedderChoice(LongSupplier nanoClock) {
    this.nanoClock = nanoClock;
  }

  /** Whether any of them would be given a batch now. */
  synchronized boolean hasRoom(Collection<Embedder> there) {
    return there.stream().anyMatch(this::mayTake);
  }

  /**
   * Chooses a node and counts the batch as sent there, until {@link #back}.
   *
   * @param there the nodes that there are
   * @param tried ids of those that are not to be chosen again
   * @return null when there is none
   */
  synchronized @Nullable Embedder choose(
      Collection<Embedder> there, EmbeddingModelId model, Set<String> tried) {
    forgetAllBut(there);
    Embedder chosen =
        there.stream()
            .filter(node -> node.models().contains(model))
            .filter(node -> !tried.contains(node.id()))
            .filter(this::mayTake)
            .min(Comparator.comparingDouble(this::fill).thenComparingLong(this::lastTurn))
            .orElse(null);
    if (chosen != null) {
      Load load = load(chosen);
      load.sent++;
      load.lastTurn = ++turns;
    }
    return chosen;
  }

  /** A batch came back, with its answer or without. */
  synchronized void back(Embedder node) {
    Load load = loads.get(node.id());
    if (load != null) {
      load.sent--;
    }
  }

  /** Gives a node nothing for a while. */
  synchronized void rest(Embedder node, Duration pause) {
    load(node).restUntil = nanoClock.getAsLong() + pause.toNanos();
  }

  private boolean mayTake(Embedder node) {
    Load load = loads.get(node.id());
    return load == null || (load.sent < node.batchesMax() && !isResting(load));
  }

  private boolean isResting(Load load) {
    return load.restUntil != null && load.restUntil - nanoClock.getAsLong() > 0;
  }

  private double fill(Embedder node) {
    return (double) load(node).sent / node.batchesMax();
  }

  private long lastTurn(Embedder node) {
    return load(node).lastTurn;
  }

  private Load load(Embedder node) {
    return loads.computeIfAbsent(node.id(), _ -> new Load());
  }

  /** A node that starts again has another id. */
  private void forgetAllBut(Collection<Embedder> there) {
    Set<String> ids = there.stream().map(Embedder::id).collect(Collectors.toSet());
    loads.entrySet().removeIf(load -> load.getValue().sent == 0 && !ids.contains(load.getKey()));
  }
}
