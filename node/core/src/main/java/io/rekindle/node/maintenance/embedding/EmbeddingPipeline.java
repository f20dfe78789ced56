package io.rekindle.node.maintenance.embedding;

import io.rekindle.node.config.NodeConfig;
import io.rekindle.node.embedding.EmbeddingQueue;
import io.rekindle.node.embedding.EmbeddingQueue.Waiting;
import io.rekindle.node.storage.VectorStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.ObjLongConsumer;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The workers: each takes a batch when it is idle, has it embedded, and sees to what failed.
 *
 * <p>Stores never wait for any of this: they offer an id and go on, however long a model takes.
 */
public final class EmbeddingPipeline implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EmbeddingPipeline.class);

  /** How often idle workers look for retries that are due. */
  private static final Duration IDLE_LOOK = Duration.ofMillis(250);

  /** A retry that was handed out and is not heard of again was of a memory that is gone. */
  private static final long LOST_AFTER_NANOS = TimeUnit.HOURS.toNanos(1);

  private static final Duration STOP_WAIT = Duration.ofSeconds(10);

  private final EmbeddingQueue queue;
  private final UnaryOperator<byte[]> embed;
  private final ObjLongConsumer<Waiting> giveUp;
  private final RetrySchedule retries;
  private final Set<Waiting> underWay = ConcurrentHashMap.newKeySet();
  private final List<Thread> workers = new ArrayList<>();
  private volatile boolean stopping;

  /**
   * A pipeline that has not started.
   *
   * @param embed carries a batch to a node with the embedding role and brings its answer
   * @param giveUp marks a memory as failed after its last attempt, of this content
   */
  public EmbeddingPipeline(
      NodeConfig.Embedding config,
      EmbeddingQueue queue,
      UnaryOperator<byte[]> embed,
      ObjLongConsumer<Waiting> giveUp) {
    this(config, queue, embed, giveUp, System::nanoTime);
  }

  /** As above, with the clock that retries are due by. */
  EmbeddingPipeline(
      NodeConfig.Embedding config,
      EmbeddingQueue queue,
      UnaryOperator<byte[]> embed,
      ObjLongConsumer<Waiting> giveUp,
      LongSupplier nanoClock) {
    this.queue = queue;
    this.embed = embed;
    this.giveUp = giveUp;
    this.retries = new RetrySchedule(config, nanoClock);
    for (int i = 0; i < config.workers(); i++) {
      workers.add(Thread.ofPlatform().name("embedding-" + i).daemon().unstarted(this::work));
    }
  }

  public void start() {
    workers.forEach(Thread::start);
  }

  /** Whether the memory is being embedded, or its next attempt is scheduled: it needs no offer. */
  public boolean holds(Waiting item) {
    return underWay.contains(item) || retries.holds(item);
  }

  /** Memories whose last attempt failed and that will be tried again. */
  public int retrying() {
    return retries.size();
  }

  private void work() {
    while (!stopping) {
      try {
        turn(IDLE_LOOK);
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException | Error e) {
        // One batch, or one look at the retries; its rows are pending still. A worker that ended
        // would not be missed by anyone before the queue is full.
        LOG.atError().setCause(e).log("an embedding worker met an error and goes on");
      }
    }
  }

  /** What a worker does again and again: queues the retries that are due, then does one batch. */
  void turn(Duration wait) throws InterruptedException {
    offerDueRetries();
    List<Waiting> batch = queue.take(wait);
    if (batch.isEmpty()) {
      return;
    }
    underWay.addAll(batch);
    try {
      settle(batch, embed(batch));
    } finally {
      batch.forEach(underWay::remove);
    }
  }

  private void offerDueRetries() {
    for (Waiting item : retries.takeDue()) {
      if (!queue.offer(item.namespace(), item.memoryId())) {
        retries.giveBack(item);
      }
    }
    retries.forgetLost(LOST_AFTER_NANOS);
  }

  private SortedMap<Integer, Long> embed(List<Waiting> batch) {
    try {
      return EmbedCallCodec.readFailures(embed.apply(EmbedCallCodec.write(batch)));
    } catch (RuntimeException | Error e) {
      // The node that embeds could not be asked: an attempt of every memory of the batch.
      LOG.atWarn().addKeyValue("memories", batch.size()).setCause(e).log("a batch failed");
      SortedMap<Integer, Long> failed = new TreeMap<>();
      for (int i = 0; i < batch.size(); i++) {
        failed.put(i, VectorStore.ANY_CONTENT);
      }
      return failed;
    }
  }

  private void settle(List<Waiting> batch, SortedMap<Integer, Long> failed) {
    for (int i = 0; i < batch.size(); i++) {
      Waiting item = batch.get(i);
      Long contentVersion = failed.get(i);
      if (contentVersion == null) {
        retries.succeeded(item);
      } else if (!retries.failed(item, contentVersion)) {
        markFailed(item, contentVersion);
      }
    }
  }

  private void markFailed(Waiting item, long contentVersion) {
    try {
      giveUp.accept(item, contentVersion);
    } catch (RuntimeException e) {
      // It stays pending, and the sweep brings it again; the attempts of the others count.
      LOG.atWarn()
          .addKeyValue("memory", item.memoryId())
          .setCause(e)
          .log("a memory could not be marked as failed");
    }
  }

  /** Ends the workers; a batch under way is given ten seconds, and is pending after that. */
  @Override
  public void close() {
    stopping = true;
    queue.close();
    long deadline = System.nanoTime() + STOP_WAIT.toNanos();
    for (Thread worker : workers) {
      if (worker.getState() == Thread.State.NEW) {
        // The start ended before it came to the workers.
        continue;
      }
      try {
        long left = deadline - System.nanoTime();
        if (!worker.join(Duration.ofNanos(Math.max(1, left)))) {
          worker.interrupt();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        worker.interrupt();
      }
    }
  }
}
