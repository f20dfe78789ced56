package io.rekindle.node.maintenance.embedding;

import io.rekindle.node.access.SystemPass;
import io.rekindle.node.embedding.EmbeddingQueue;
import io.rekindle.node.embedding.EmbeddingQueue.Waiting;
import io.rekindle.node.model.EmbeddingStatus;
import io.rekindle.node.storage.PendingMemory;
import io.rekindle.node.storage.VectorStore;
import io.rekindle.node.storage.VectorStore.SweepResult;
import io.rekindle.node.telemetry.NodeMeters;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Brings back what waits and is in no queue: after a crash, an overflow, or a failure a day ago;
 * and walks the partitions in turn for rows that claim vectors they lack.
 *
 * <p>One call does a bounded amount of work: it offers what the queue has room for, looking at no
 * more than {@link #VISITS_MAX} rows of each status that are alive, and compares {@link
 * #PARTITIONS_A_SWEEP} partitions, so that all are compared again and again. What needs no offer,
 * and what finds its root's share of the queue full, does not end a round; and the next round goes
 * on behind the last row of this one, from the end to the beginning: however many fail again and
 * again, what lies behind them in the index has its turn too.
 */
public final class EmbeddingSweep {
  private static final int VISITS_MAX = 100_000;
  private static final int PARTITIONS_A_SWEEP = 32;

  private final VectorStore vectors;
  private final EmbeddingQueue queue;
  private final EmbeddingPipeline pipeline;
  private final NodeMeters meters;
  private final InstantSource clock;
  private final Duration failedRetry;
  private final Map<EmbeddingStatus, PendingMemory> lastVisited =
      new EnumMap<>(EmbeddingStatus.class);
  private final Map<EmbeddingStatus, Integer> counting = new EnumMap<>(EmbeddingStatus.class);
  private final Map<EmbeddingStatus, Integer> counted = new ConcurrentHashMap<>();
  private volatile @Nullable Instant oldestSoFar;
  private volatile @Nullable Instant oldestPending;
  private final Object comparing = new Object();
  private int nextPartition;

  public EmbeddingSweep(
      VectorStore vectors,
      EmbeddingQueue queue,
      EmbeddingPipeline pipeline,
      NodeMeters meters,
      InstantSource clock,
      Duration failedRetry) {
    this.vectors = vectors;
    this.queue = queue;
    this.pipeline = pipeline;
    this.meters = meters;
    this.clock = clock;
    this.failedRetry = failedRetry;
  }

  /** One round. Returns how many rows and vectors it had to mend. */
  public int run(SystemPass pass) {
    int mended = comparePartitions(pass);
    var _ = offerPending(pass);
    return mended;
  }

  /**
   * Offers what waits, as far as the queue has room.
   *
   * @return whether there was room for all of it
   */
  public synchronized boolean offerPending(SystemPass pass) {
    boolean pending = offerDue(pass, EmbeddingStatus.PENDING);
    boolean failed = offerDue(pass, EmbeddingStatus.FAILED);
    return pending && failed;
  }

  private boolean offerDue(SystemPass pass, EmbeddingStatus status) {
    PendingMemory after = lastVisited.remove(status);
    Visitor visitor = new Visitor(clock.instant().minus(failedRetry), after);
    boolean stopped = vectors.visitPending(pass, status, after, visitor);
    countVisited(status, visitor, !stopped);
    if (!stopped && after != null) {
      stopped = vectors.visitPending(pass, status, null, visitor);
      countVisited(status, visitor, !stopped);
    }
    if (stopped && visitor.last != null) {
      lastVisited.put(status, visitor.last);
    }
    return !stopped && !visitor.refused;
  }

  /** Adds up over rounds that ended early; from the first row to the last it is how many wait. */
  private void countVisited(EmbeddingStatus status, Visitor visitor, boolean reachedTheEnd) {
    int visited = counting.merge(status, visitor.takeCount(), Integer::sum);
    if (reachedTheEnd) {
      counted.put(status, visited);
      counting.remove(status);
    }
    if (status == EmbeddingStatus.PENDING) {
      oldestSoFar = earlier(oldestSoFar, visitor.oldest);
      if (reachedTheEnd) {
        oldestPending = oldestSoFar;
        oldestSoFar = null;
      }
    }
  }

  private static @Nullable Instant earlier(@Nullable Instant one, @Nullable Instant other) {
    if (one == null || other == null) {
      return one == null ? other : one;
    }
    return one.isBefore(other) ? one : other;
  }

  /**
   * How long the oldest memory that is PENDING has been so, as of the last time that all of them
   * were looked at; zero when none was.
   */
  public Duration oldestPending() {
    Instant oldest = earlier(oldestPending, oldestSoFar);
    Duration age = oldest == null ? Duration.ZERO : Duration.between(oldest, clock.instant());
    return age.isNegative() ? Duration.ZERO : age;
  }

  /**
   * How many memories have a status (PENDING or FAILED), as of the last time that all of them were
   * looked at.
   */
  public int count(EmbeddingStatus status) {
    return counted.getOrDefault(status, 0);
  }

  /** Offers what is due, until its visits are used up or the queue is full. */
  private final class Visitor implements Predicate<PendingMemory> {
    private final Instant failedBy;
    private @Nullable PendingMemory last;
    private @Nullable Instant oldest;
    private int visits;
    private int count;
    private boolean refused;

    Visitor(Instant failedBy, @Nullable PendingMemory last) {
      this.failedBy = failedBy;
      this.last = last;
    }

    int takeCount() {
      int taken = count;
      count = 0;
      return taken;
    }

    @Override
    public boolean test(PendingMemory memory) {
      if (memory.locked()) {
        last = memory;
        return ++visits < VISITS_MAX;
      }
      oldest = earlier(oldest, memory.changedAt());
      if (queue.isFull()) {
        return false;
      }
      last = memory;
      count++;
      Instant failedAt = memory.failedAt();
      if (failedAt == null || !failedAt.isAfter(failedBy)) {
        refused |= !offer(memory);
      }
      return ++visits < VISITS_MAX;
    }
  }

  private boolean offer(PendingMemory memory) {
    Waiting item = new Waiting(memory.namespace().path(), memory.memoryId());
    return pipeline.holds(item) || queue.offer(item.namespace(), item.memoryId());
  }

  /** Compares every partition once: what a crash has cut is mended soon after the start. */
  public void runOnceOverAll(SystemPass pass) {
    for (int compared = 0; compared < vectors.partitions(); compared += PARTITIONS_A_SWEEP) {
      comparePartitions(pass);
    }
    var _ = offerPending(pass);
  }

  /** May take long, and keeps no offer waiting. */
  private int comparePartitions(SystemPass pass) {
    synchronized (comparing) {
      int mended = 0;
      for (int i = 0; i < Math.min(PARTITIONS_A_SWEEP, vectors.partitions()); i++) {
        SweepResult result = vectors.sweep(pass, nextPartition);
        nextPartition = (nextPartition + 1) % vectors.partitions();
        meters.count(NodeMeters.Count.VECTORS_LOST, result.rowsRequeued());
        mended += result.rowsRequeued() + result.orphansRemoved();
      }
      return mended;
    }
  }
}
