package io.rekindle.node.maintenance.embedding;

import io.rekindle.node.config.NodeConfig;
import io.rekindle.node.embedding.EmbeddingQueue;
import io.rekindle.node.embedding.EmbeddingQueue.Waiting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.ObjLongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The workers: each takes a batch when it is idle, has it embedded, and sees to what failed. While
 * all of them are busy, senders take what is due and send it to other nodes; on a node that embeds
 * nothing they take all.
 *
 * <p>Stores never wait for any of this: they offer an id and go on, however long a model takes.
 */
public final class EmbeddingPipeline implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EmbeddingPipeline.class);

  /** How often idle workers look for retries that are due. */
  private static final Duration IDLE_LOOK = Duration.ofMillis(250);

  /** How often senders look for a batch that is due while all workers are busy. */
  private static final Duration SEND_LOOK = Duration.ofMillis(50);

  /** A retry that was handed out and is not heard of again was of a memory that is gone. */
  private static final long LOST_AFTER_NANOS = TimeUnit.HOURS.toNanos(1);

  private static final Duration STOP_WAIT = Duration.ofSeconds(10);

  private final EmbeddingQueue queue;
  private final EmbeddingGrid grid;
  private final ObjLongConsumer<Waiting> giveUp;
  private final RetrySchedule retries;
  private final Set<Waiting> underWay = ConcurrentHashMap.newKeySet();
  private final List<Thread> workers = new ArrayList<>();
  private final List<Thread> senders = new ArrayList<>();
  private volatile boolean stopping;

  /**
   * A pipeline that has not started.
   *
   * @param grid brings batches to where they are embedded
   * @param giveUp marks a memory as failed after its last attempt, of this content
   */
  public EmbeddingPipeline(
      NodeConfig.Embedding config,
      EmbeddingQueue queue,
      EmbeddingGrid grid,
      ObjLongConsumer<Waiting> giveUp) {
    this(config, queue, grid, giveUp, System::nanoTime);
  }

  /** As above, with the clock that retries are due by. */
  EmbeddingPipeline(
      NodeConfig.Embedding config,
      EmbeddingQueue queue,
      EmbeddingGrid grid,
      ObjLongConsumer<Waiting> giveUp,
      LongSupplier nanoClock) {
    this.queue = queue;
    this.grid = grid;
    this.giveUp = giveUp;
    this.retries = new RetrySchedule(config, nanoClock);
    for (int i = 0; grid.embedsHere() && i < config.workers(); i++) {
      workers.add(thread("embedding-" + i, () -> turn(IDLE_LOOK)));
    }
    for (int i = 0; i < config.sentMax(); i++) {
      senders.add(thread("embedding-sender-" + i, () -> sendTurn(IDLE_LOOK)));
    }
  }

  private interface Turn {
    void run() throws InterruptedException;
  }

  private Thread thread(String name, Turn turn) {
    return Thread.ofPlatform().name(name).daemon().unstarted(() -> work(turn));
  }

  public void start() {
    workers.forEach(Thread::start);
    senders.forEach(Thread::start);
  }

  /** Whether the memory is being embedded, or its next attempt is scheduled: it needs no offer. */
  public boolean holds(Waiting item) {
    return underWay.contains(item) || retries.holds(item);
  }

  /** Memories whose last attempt failed and that will be tried again. */
  public int retrying() {
    return retries.size();
  }

  private void work(Turn turn) {
    while (!stopping) {
      try {
        try {
          turn.run();
        } catch (RuntimeException | Error e) {
          // One batch, or one look at the retries; its rows are pending still. A worker that ended
          // would not be missed by anyone before the queue is full.
          LOG.atError().setCause(e).log("an embedding worker met an error and goes on");
          // The next turn may meet it at once, as while the engine stops.
          Thread.sleep(IDLE_LOOK);
        }
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  /** What a worker does again and again: queues the retries that are due, then does one batch. */
  void turn(Duration wait) throws InterruptedException {
    offerDueRetries();
    settle(queue.take(wait), grid::embedHere);
  }

  /** What a sender does: the same, with a batch that other nodes have room for. */
  void sendTurn(Duration wait) throws InterruptedException {
    if (!grid.embedsHere()) {
      offerDueRetries();
    }
    if (!grid.maySend()) {
      Thread.sleep(wait);
      return;
    }
    List<Waiting> batch = grid.embedsHere() ? queue.poll() : queue.take(wait);
    if (batch.isEmpty() && grid.embedsHere()) {
      Thread.sleep(SEND_LOOK);
    }
    settle(batch, grid::send);
  }

  private void offerDueRetries() {
    for (Waiting item : retries.takeDue()) {
      if (!queue.offer(item.namespace(), item.memoryId())) {
        retries.giveBack(item);
      }
    }
    retries.forgetLost(LOST_AFTER_NANOS);
  }

  private void settle(List<Waiting> batch, Function<List<Waiting>, Carried> carrier) {
    underWay.addAll(batch);
    try {
      settle(batch, batch.isEmpty() ? new Carried() : carrier.apply(batch));
    } finally {
      batch.forEach(underWay::remove);
    }
  }

  private void settle(List<Waiting> batch, Carried carried) {
    if (stopping) {
      // What failed may have done so because of that.
      return;
    }
    for (int i = 0; i < batch.size(); i++) {
      Waiting item = batch.get(i);
      Long contentVersion = carried.failed().get(i);
      if (carried.untaken().contains(i)) {
        retries.postpone(item);
      } else if (contentVersion == null) {
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

  /**
   * Ends the workers; a batch under way is given ten seconds, and is pending after that. One that
   * is with another node is not waited for: that node completes its rows without this one.
   */
  @Override
  public void close() {
    stopping = true;
    queue.close();
    senders.forEach(Thread::interrupt);
    long deadline = System.nanoTime() + STOP_WAIT.toNanos();
    List<Thread> all = new ArrayList<>(workers);
    all.addAll(senders);
    for (Thread thread : all) {
      if (thread.getState() == Thread.State.NEW) {
        // The start ended before it came to the workers.
        continue;
      }
      try {
        long left = deadline - System.nanoTime();
        if (!thread.join(Duration.ofNanos(Math.max(1, left)))) {
          thread.interrupt();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        thread.interrupt();
      }
    }
  }
}
