package io.rekindle.node.maintenance.embedding;

import io.rekindle.node.cluster.SliceCalls;
import io.rekindle.node.config.EmbeddingRole;
import io.rekindle.node.config.NodeConfig;
import io.rekindle.node.embedding.EmbeddingQueue.Waiting;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.maintenance.embedding.EmbedderChoice.Embedder;
import io.rekindle.node.model.EmbeddingModelId;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.telemetry.NodeMeters;
import io.rekindle.node.telemetry.NodeMeters.Count;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings batches to where they are embedded: here, or on another node that has the model, and on
 * the next one when that could not be asked, was lost or did not answer in time. Takes those of
 * others, as many as there is room for.
 *
 * <p>A batch may so be embedded on two nodes. That does no harm: each row is completed by whoever
 * is first, in a transaction that the other one finds done. A batch that two nodes were lost with,
 * or were too late with, goes to no third one at once: it may be its texts. Thread-safe.
 */
public final class EmbeddingGrid implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EmbeddingGrid.class);

  /** How long a batch of another node waits for a worker: about as long as a small one takes. */
  private static final Duration GUEST_WAIT = Duration.ofMillis(300);

  private static final Duration BUSY_REST = Duration.ofMillis(250);
  private static final Duration FAILED_REST = Duration.ofSeconds(2);
  private static final int NODES_LOST_MAX = 2;

  private static final String REASON = "reason";
  private static final String BUSY = "busy";

  private final EmbeddingRole role;
  private final WorkerSeats seats;
  private final EmbedderChoice choice;
  private final Node here;
  private final Others others;
  private final Consumer<MemoryId> changed;
  private final NodeMeters meters;

  /** Batches that no other node took and that wait for a worker here, or have one. */
  private final AtomicInteger backHere = new AtomicInteger();

  private volatile boolean stopping;

  /** What this node can do itself. */
  public interface Node {
    /** As {@link EmbedOperation#run}. */
    byte[] embed(byte[] batch);

    boolean has(EmbeddingModelId model);

    /** Whether it embeds at all: not when too many calls of models hang. */
    boolean isWell();

    /**
     * The model of a memory's namespace, or null when that is gone.
     *
     * @throws RekindleException when that can't be known
     */
    @Nullable EmbeddingModelId modelOf(Waiting item);
  }

  /** The other nodes. */
  public interface Others {
    /** By the id of each that takes batches: what it offers. */
    Map<String, Offer> offers();

    /**
     * Has a batch embedded there.
     *
     * @throws RekindleException NOT_READY when the node refuses, is gone or lost;
     *     DEADLINE_EXCEEDED; others as {@link EmbedOperation#run}
     */
    byte[] embed(String id, byte[] batch);
  }

  /** What a node offers: how many batches it embeds at a time, with which models. */
  public record Offer(int batchesMax, Set<EmbeddingModelId> models) {}

  /**
   * The grid of a node.
   *
   * @param changed told of each memory that another node embedded for this one
   */
  public EmbeddingGrid(
      NodeConfig.Embedding config,
      Node here,
      Others others,
      Consumer<MemoryId> changed,
      NodeMeters meters) {
    this(config, here, others, changed, meters, System::nanoTime);
  }

  /** As above, with the clock that nodes rest by. */
  EmbeddingGrid(
      NodeConfig.Embedding config,
      Node here,
      Others others,
      Consumer<MemoryId> changed,
      NodeMeters meters,
      LongSupplier nanoClock) {
    this.role = config.role();
    this.seats = new WorkerSeats(config.workers(), config.takenMax());
    this.choice = new EmbedderChoice(nanoClock);
    this.here = here;
    this.others = others;
    this.changed = changed;
    this.meters = meters;
  }

  /** Whether this node embeds what is stored. */
  boolean embedsHere() {
    return role != EmbeddingRole.NONE;
  }

  /** How many nodes embed what waits here; 0 says that nobody does. */
  public int embedders() {
    return (embedsHere() ? 1 : 0) + others.offers().size();
  }

  /**
   * Whether a batch should be taken from the queue for another node. Not while one is back that
   * nobody took: who comes next must not have to wait behind many of them.
   */
  boolean maySend() {
    return (!embedsHere() || seats.areTaken())
        && backHere.get() == 0
        && choice.hasRoom(embedders(others.offers()));
  }

  /** For a worker of this node: embeds here what can be, and sends the rest. */
  Carried embedHere(List<Waiting> batch) {
    return carry(batch, true);
  }

  /** Sends a batch, and embeds here what no other node takes. */
  Carried send(List<Waiting> batch) {
    return carry(batch, false);
  }

  /**
   * Embeds a batch of another node, as {@link EmbedOperation#run}.
   *
   * @throws RekindleException NOT_READY when there is no room, when this node takes none, and when
   *     it stops
   */
  public byte[] take(byte[] batch) {
    if (role != EmbeddingRole.ANY || !here.isWell() || !sitAsGuest()) {
      throw refusal("the node embeds nothing of others right now", BUSY);
    }
    try {
      meters.count(Count.EMBEDDING_BATCHES_TAKEN, 1);
      byte[] answer = here.embed(batch);
      if (stopping && answer.length > 0) {
        throw refusal("the node stops", "stopping");
      }
      return answer;
    } finally {
      seats.leaveAsGuest();
    }
  }

  private boolean sitAsGuest() {
    try {
      return !stopping && seats.sitAsGuest(GUEST_WAIT);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static RekindleException refusal(String text, String reason) {
    return new RekindleException(ErrorCode.NOT_READY, text, Map.of(REASON, reason));
  }

  private Carried carry(List<Waiting> batch, boolean hereFirst) {
    Carried carried = new Carried();
    for (BatchPart part : BatchPart.of(batch, here::modelOf, carried)) {
      try {
        carry(part, hereFirst, carried);
      } catch (RuntimeException | Error e) {
        LOG.atWarn().addKeyValue("memories", part.items().size()).setCause(e).log("a batch failed");
        carried.fail(part);
      }
    }
    return carried;
  }

  private void carry(BatchPart part, boolean hereFirst, Carried carried) {
    boolean canHere = embedsHere() && here.has(part.model());
    if (canHere && hereFirst) {
      embedHere(part, carried);
      return;
    }
    Sent sent = send(part, carried);
    if (sent == Sent.NOBODY_TOOK_IT) {
      // Without the model here, only to say so: it may be that no node has it.
      if (canHere || (embedsHere() && nobodyHas(part.model()))) {
        backHere.incrementAndGet();
        try {
          embedHere(part, carried);
        } finally {
          backHere.decrementAndGet();
        }
      } else {
        carried.leave(part);
      }
    } else if (sent == Sent.IT_COST_NODES) {
      carried.fail(part);
    }
  }

  private boolean nobodyHas(EmbeddingModelId model) {
    return others.offers().values().stream().noneMatch(offer -> offer.models().contains(model));
  }

  private void embedHere(BatchPart part, Carried carried) {
    try {
      seats.sit();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      carried.leave(part);
      return;
    }
    try {
      carried.settle(part, here.embed(EmbedCallCodec.write(part.items())), false);
    } finally {
      seats.leave();
    }
  }

  private enum Sent {
    DONE,
    NOBODY_TOOK_IT,
    IT_COST_NODES
  }

  private Sent send(BatchPart part, Carried carried) {
    byte[] message = EmbedCallCodec.write(part.items());
    Set<String> tried = new HashSet<>();
    int lost = 0;
    while (!Thread.currentThread().isInterrupted()) {
      Embedder node = choice.choose(embedders(others.offers()), part.model(), tried);
      if (node == null) {
        break;
      }
      tried.add(node.id());
      try {
        byte[] answer = others.embed(node.id(), message);
        meters.count(Count.EMBEDDING_BATCHES_SENT, 1);
        carried.settle(part, answer, true);
        part.items().forEach(item -> changed.accept(item.memoryId()));
        return Sent.DONE;
      } catch (RekindleException e) {
        if (!isOfTheNode(e)) {
          throw e;
        }
        goOn(node, e);
        lost += isPerhapsOfTheTexts(e) ? 1 : 0;
        if (lost == NODES_LOST_MAX) {
          return Sent.IT_COST_NODES;
        }
      } finally {
        choice.back(node);
      }
    }
    return Sent.NOBODY_TOOK_IT;
  }

  private void goOn(Embedder node, RekindleException error) {
    if (BUSY.equals(error.details().get(REASON))) {
      choice.rest(node, BUSY_REST);
      return;
    }
    choice.rest(node, FAILED_REST);
    meters.count(Count.EMBEDDING_FAILOVERS, 1);
    LOG.atWarn()
        .addKeyValue("node", node.id())
        .addKeyValue("code", error.code())
        .setCause(error)
        .log("a node did not embed a batch, the next one is asked");
  }

  private static boolean isOfTheNode(RekindleException error) {
    return error.code() == ErrorCode.NOT_READY || error.code() == ErrorCode.DEADLINE_EXCEEDED;
  }

  private static boolean isPerhapsOfTheTexts(RekindleException error) {
    return error.code() == ErrorCode.DEADLINE_EXCEEDED || SliceCalls.isLost(error);
  }

  private static List<Embedder> embedders(Map<String, Offer> offers) {
    return offers.entrySet().stream()
        .map(
            offer ->
                new Embedder(
                    offer.getKey(), offer.getValue().batchesMax(), offer.getValue().models()))
        .toList();
  }

  /** From here on batches of others go elsewhere, those that are here too. */
  @Override
  public void close() {
    stopping = true;
  }
}
