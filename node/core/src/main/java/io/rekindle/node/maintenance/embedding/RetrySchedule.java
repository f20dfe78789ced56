package io.rekindle.node.maintenance.embedding;

import static io.rekindle.node.storage.VectorStore.ANY_CONTENT;

import io.rekindle.node.config.NodeConfig;
import io.rekindle.node.embedding.EmbeddingQueue.Waiting;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.storage.VectorStore;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Counts the failed attempts of each memory and says when the next is due: the back-off doubles
 * from {@code retry-first} to {@code retry-max}. New content begins anew.
 *
 * <p>Bounded by the size of the embedding queue, and fair between root namespaces like it; what
 * finds no room is left to the sweep, with its count forgotten: it is tried more often than
 * configured, never less. Thread-safe.
 */
final class RetrySchedule {
  private final int entriesMax;
  private final int attemptsMax;
  private final long firstNanos;
  private final long maxNanos;
  private final LongSupplier nanoClock;
  private final Map<Waiting, Attempt> attempts = new HashMap<>();

  /** How many of the attempts are of each root. */
  private final Map<NamespacePath, Integer> ofRoots = new HashMap<>();

  /**
   * What failed so far.
   *
   * @param contentVersion of what failed, or {@link VectorStore#ANY_CONTENT}
   * @param atNanos when the next attempt is due or, once it was handed out, when that was
   */
  private record Attempt(int count, long contentVersion, long atNanos, boolean handedOut) {
    boolean isOf(long content) {
      return content == contentVersion || content == ANY_CONTENT || contentVersion == ANY_CONTENT;
    }

    Attempt handedOutAt(long nanos) {
      return new Attempt(count, contentVersion, nanos, true);
    }

    Attempt givenBack() {
      return new Attempt(count, contentVersion, atNanos, false);
    }
  }

  RetrySchedule(NodeConfig.Embedding config, LongSupplier nanoClock) {
    this.entriesMax = config.queueMax();
    this.attemptsMax = config.attemptsMax();
    this.firstNanos = config.retryFirst().toNanos();
    this.maxNanos = config.retryMax().toNanos();
    this.nanoClock = nanoClock;
  }

  /**
   * Counts one failure.
   *
   * @param contentVersion of what failed, or {@link VectorStore#ANY_CONTENT}
   * @return false when it was the last attempt: the memory is {@code failed} now
   */
  synchronized boolean failed(Waiting item, long contentVersion) {
    Attempt former = attempts.get(item);
    int count = 1;
    long content = contentVersion;
    if (former != null && former.isOf(contentVersion)) {
      count = former.count() + 1;
      content = Math.max(contentVersion, former.contentVersion());
    }
    if (count >= attemptsMax) {
      forget(item);
      return false;
    }
    schedule(item, new Attempt(count, content, nanoClock.getAsLong() + pauseAfter(count), false));
    return true;
  }

  /** Schedules what no node took, after the first pause; it counts as no attempt. */
  synchronized void postpone(Waiting item) {
    Attempt former = attempts.get(item);
    long due = nanoClock.getAsLong() + firstNanos;
    schedule(
        item,
        former == null
            ? new Attempt(0, ANY_CONTENT, due, false)
            : new Attempt(former.count(), former.contentVersion(), due, false));
  }

  private void schedule(Waiting item, Attempt next) {
    if (attempts.containsKey(item)) {
      attempts.put(item, next);
    } else if (hasRoom(item)) {
      attempts.put(item, next);
      ofRoots.merge(item.namespace().root(), 1, Integer::sum);
    }
  }

  /** A root may have as much as is still free, as in the queue. */
  private boolean hasRoom(Waiting item) {
    int free = entriesMax - attempts.size();
    return ofRoots.getOrDefault(item.namespace().root(), 0) < free;
  }

  private void forget(Waiting item) {
    if (attempts.remove(item) != null) {
      ofRoots.computeIfPresent(
          item.namespace().root(), (_, count) -> count == 1 ? null : count - 1);
    }
  }

  private long pauseAfter(int failures) {
    // As often as the sign allows: a shift beyond it would make the longest pause the shortest.
    int doublings = Math.min(failures - 1, Long.numberOfLeadingZeros(firstNanos) - 1);
    return Math.min(maxNanos, firstNanos << doublings);
  }

  synchronized void succeeded(Waiting item) {
    forget(item);
  }

  /** Whether the sweep should leave a memory alone, because its next attempt is scheduled here. */
  synchronized boolean holds(Waiting item) {
    return attempts.containsKey(item);
  }

  /** Hands out what is due now, each once per failure, whoever asks. */
  synchronized List<Waiting> takeDue() {
    List<Waiting> due = new ArrayList<>();
    long now = nanoClock.getAsLong();
    for (Map.Entry<Waiting, Attempt> entry : attempts.entrySet()) {
      Attempt attempt = entry.getValue();
      if (!attempt.handedOut() && attempt.atNanos() - now <= 0) {
        due.add(entry.getKey());
        entry.setValue(attempt.handedOutAt(now));
      }
    }
    return due;
  }

  /** Takes back what was handed out and found no room in the queue: it is still due. */
  synchronized void giveBack(Waiting item) {
    attempts.computeIfPresent(item, (_, attempt) -> attempt.givenBack());
  }

  /** Forgets what was handed out and never came back: a memory that was deleted meanwhile. */
  synchronized void forgetLost(long olderThanNanos) {
    long horizon = nanoClock.getAsLong() - olderThanNanos;
    List<Waiting> lost = new ArrayList<>();
    attempts.forEach(
        (item, attempt) -> {
          if (attempt.handedOut() && attempt.atNanos() - horizon < 0) {
            lost.add(item);
          }
        });
    lost.forEach(this::forget);
  }

  synchronized int size() {
    return attempts.size();
  }
}
