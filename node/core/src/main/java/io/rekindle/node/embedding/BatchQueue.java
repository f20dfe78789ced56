package io.rekindle.node.embedding;

import io.rekindle.node.model.NamespacePath;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What waits to be embedded, and the rule by which it leaves: a batch goes when a worker is idle
 * ({@link #take()}), when it is full, or when its first item has waited long enough ({@link
 * #poll()}).
 *
 * <p>Root namespaces take turns, item by item, so that one tenant's import delays another's note by
 * at most one item per tenant in a batch. A root may hold as much as is still free (dynamic
 * thresholds: Choudhury and Hahne, "Dynamic queue length thresholds for shared-memory packet
 * switches", 1998): alone it fills half of the queue, and there is always room for a newcomer.
 *
 * <p>An item that already waits is not added again. All methods may be called from any thread; only
 * {@code take} blocks.
 *
 * @param <T> a key with equals and hashCode, such as an id; never a text
 */
public final class BatchQueue<T> {
  private final int itemsMax;
  private final int batchItemsMax;
  private final long batchIntervalNanos;
  private final LongSupplier nanoClock;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrived = lock.newCondition();

  /** When each item came, oldest first. */
  private final Map<T, Long> waiting = new LinkedHashMap<>();

  /** The items by root; the root whose turn it is comes first. */
  private final SequencedMap<NamespacePath, Deque<T>> turns = new LinkedHashMap<>();

  private boolean closed;

  /**
   * @param itemsMax that may wait
   * @param batchItemsMax in one batch
   * @param batchInterval how long the first item waits for company while every worker is busy
   * @param nanoClock as {@link System#nanoTime()}
   */
  public BatchQueue(
      int itemsMax, int batchItemsMax, Duration batchInterval, LongSupplier nanoClock) {
    if (itemsMax < 2 || batchItemsMax < 1) {
      throw new IllegalArgumentException("a queue has at least 2 places, a batch at least 1");
    }
    this.itemsMax = itemsMax;
    this.batchItemsMax = batchItemsMax;
    this.batchIntervalNanos = batchInterval.toNanos();
    this.nanoClock = nanoClock;
  }

  /**
   * Never blocks for room.
   *
   * @return whether the item waits now; false when the queue or the root's share of it is full, or
   *     the queue is closed, and the caller's sweep has to bring it again
   */
  public boolean offer(NamespacePath root, T item) {
    lock.lock();
    try {
      if (closed) {
        return false;
      }
      if (waiting.containsKey(item)) {
        return true;
      }
      Deque<T> turn = turns.get(root);
      int free = itemsMax - waiting.size();
      if (free == 0 || (turn != null && turn.size() >= free)) {
        return false;
      }
      turns.computeIfAbsent(root, _ -> new ArrayDeque<>()).add(item);
      waiting.put(item, nanoClock.getAsLong());
      arrived.signal();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /**
   * For a worker, who is idle when it asks: waits for the first item and takes what is there.
   *
   * @return 1 to {@code batchItemsMax} items, or none when the queue is closed and drained
   */
  public List<T> take() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (waiting.isEmpty() && !closed) {
        arrived.await();
      }
      return nextBatch();
    } finally {
      lock.unlock();
    }
  }

  /** As {@link #take()}, waiting no longer than {@code timeout}; then there may be no items. */
  public List<T> take(Duration timeout) throws InterruptedException {
    long left = timeout.toNanos();
    lock.lockInterruptibly();
    try {
      while (waiting.isEmpty() && !closed && left > 0) {
        left = arrived.awaitNanos(left);
      }
      return nextBatch();
    } finally {
      lock.unlock();
    }
  }

  /**
   * For a dispatcher whose own workers are busy: the batch that is due by its size or its age, or
   * none. A closed queue's rest is due.
   */
  public List<T> poll() {
    lock.lock();
    try {
      return nanosUntilDue() <= 0 ? nextBatch() : List.of();
    } finally {
      lock.unlock();
    }
  }

  /** How long until {@link #poll()} gives a batch if nothing arrives; null when nothing waits. */
  public @Nullable Duration untilDue() {
    lock.lock();
    try {
      return waiting.isEmpty() ? null : Duration.ofNanos(Math.max(0, nanosUntilDue()));
    } finally {
      lock.unlock();
    }
  }

  public int size() {
    lock.lock();
    try {
      return waiting.size();
    } finally {
      lock.unlock();
    }
  }

  /** Whether nobody's item would be taken in. */
  public boolean isFull() {
    return size() >= itemsMax;
  }

  /** Nothing more comes in; what waits can still be taken. */
  public void close() {
    lock.lock();
    try {
      closed = true;
      arrived.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private long nanosUntilDue() {
    if (waiting.isEmpty()) {
      return Long.MAX_VALUE;
    }
    if (closed || waiting.size() >= batchItemsMax) {
      return 0;
    }
    long oldest = waiting.values().iterator().next();
    return batchIntervalNanos - (nanoClock.getAsLong() - oldest);
  }

  private List<T> nextBatch() {
    List<T> batch = new ArrayList<>(Math.min(batchItemsMax, waiting.size()));
    while (batch.size() < batchItemsMax) {
      Map.Entry<NamespacePath, Deque<T>> turn = turns.pollFirstEntry();
      if (turn == null) {
        break;
      }
      Deque<T> items = turn.getValue();
      T item = items.remove();
      waiting.remove(item);
      batch.add(item);
      if (!items.isEmpty()) {
        turns.putLast(turn.getKey(), items);
      }
    }
    if (!waiting.isEmpty()) {
      // The signal of these items may have woken the worker that took the batch before them.
      arrived.signal();
    }
    return batch;
  }
}
