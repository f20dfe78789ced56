package io.rekindle.node.embedding;

import io.rekindle.node.config.NodeConfig;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.ApiKeyId;
import io.rekindle.node.model.ContentId;
import io.rekindle.node.model.MemoryId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor.DiscardPolicy;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Who waits for which contents to be embedded. However many wait, there is one thread: it looks at
 * the rows, and tells a waiter when all of its contents are settled or its time is over.
 *
 * <p>What is known of a content comes from its row alone. News of a memory ({@link #changed}) only
 * say when to look; one that is missed costs the pause between two looks, not the wait. Each look
 * is bounded, and goes on where the last one ended. Thread-safe.
 */
public final class EmbeddingWaits implements AutoCloseable {
  /** The pause between looks at what nobody had news of. */
  private static final Duration LOOK_PAUSE = Duration.ofMillis(200);

  /** Memories in one look: some milliseconds of a core. */
  static final int LOOK_MAX = 1_000;

  private final int waitingMax;
  private final int waitingPerKeyMax;
  private final Predicate<ContentId> settled;
  private final ScheduledThreadPoolExecutor thread;

  /** What is waited for and by whom; the memory whose turn it is comes first. */
  private final SequencedMap<MemoryId, Set<Waiter>> waiters = new LinkedHashMap<>();

  private final Set<Waiter> all = new HashSet<>();
  private final Map<ApiKeyId, Integer> waitingByKey = new HashMap<>();
  private boolean closed;

  /**
   * The waits of an engine.
   *
   * @param settled whether a content is embedded, failed, replaced or gone; reads its row
   */
  public EmbeddingWaits(NodeConfig.Requests limits, Predicate<ContentId> settled) {
    this(limits, settled, LOOK_PAUSE);
  }

  /** As above, with another pause between looks. */
  EmbeddingWaits(NodeConfig.Requests limits, Predicate<ContentId> settled, Duration pause) {
    this.waitingMax = limits.waitingMax();
    this.waitingPerKeyMax = limits.waitingPerKeyMax();
    this.settled = settled;
    this.thread =
        new ScheduledThreadPoolExecutor(
            1,
            Thread.ofPlatform().name("embedding-waits").daemon().factory(),
            new DiscardPolicy()); // After close.
    thread.setRemoveOnCancelPolicy(true);
    var _ =
        thread.scheduleWithFixedDelay(
            this::lookAround, pause.toMillis(), pause.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** One request that waits, guarded by the lock of the waits. */
  private static final class Waiter {
    final ApiKeyId key;
    final Set<ContentId> left;
    final CompletableFuture<Void> over = new CompletableFuture<>();
    @Nullable Future<?> timer;

    Waiter(ApiKeyId key, Collection<ContentId> contents) {
      this.key = key;
      this.left = new HashSet<>(contents);
    }
  }

  /**
   * Begins a wait.
   *
   * @param contents at least one
   * @return completes when all of them are settled, when the time is over, or with these waits; on
   *     their thread, so what depends on it must not block. Cancelling it ends the wait
   * @throws RekindleException TOO_MANY_REQUESTS, naming {@code rekindle.requests.waiting-max} or
   *     {@code rekindle.requests.waiting-per-key-max}
   */
  public CompletableFuture<?> begin(ApiKeyId key, Collection<ContentId> contents, Duration atMost) {
    Waiter waiter = new Waiter(key, contents);
    if (!add(waiter, atMost)) {
      return CompletableFuture.completedFuture(null);
    }
    var _ = waiter.over.whenComplete((_, _) -> remove(waiter));
    // They may have been settled since the caller looked, before anybody waited for the news.
    contents.forEach(content -> changed(content.memoryId()));
    return waiter.over;
  }

  private synchronized boolean add(Waiter waiter, Duration atMost) {
    if (closed) {
      return false;
    }
    if (all.size() >= waitingMax) {
      throw tooMany("rekindle.requests.waiting-max", waitingMax);
    }
    int ofKey = waitingByKey.getOrDefault(waiter.key, 0);
    if (ofKey >= waitingPerKeyMax) {
      throw tooMany("rekindle.requests.waiting-per-key-max", waitingPerKeyMax);
    }
    waitingByKey.put(waiter.key, ofKey + 1);
    all.add(waiter);
    for (ContentId content : waiter.left) {
      waiters.computeIfAbsent(content.memoryId(), _ -> new HashSet<>()).add(waiter);
    }
    waiter.timer =
        thread.schedule(() -> end(List.of(waiter)), atMost.toNanos(), TimeUnit.NANOSECONDS);
    return true;
  }

  /** Gives the place of a waiter back; does nothing when it has none. */
  private synchronized void remove(Waiter waiter) {
    if (!all.remove(waiter)) {
      return;
    }
    waitingByKey.computeIfPresent(waiter.key, (_, count) -> count == 1 ? null : count - 1);
    waiter.left.forEach(content -> forget(content.memoryId(), waiter));
    if (waiter.timer != null) {
      waiter.timer.cancel(false);
    }
  }

  private void forget(MemoryId memory, Waiter waiter) {
    waiters.computeIfPresent(
        memory,
        (_, these) -> {
          these.remove(waiter);
          return these.isEmpty() ? null : these;
        });
  }

  /** News of a memory: whoever waits for it is told soon, if it is what they wait for. */
  public void changed(MemoryId memory) {
    synchronized (this) {
      if (!waiters.containsKey(memory)) {
        return;
      }
    }
    thread.execute(() -> look(memory));
  }

  /** How many wait. */
  public synchronized int waiting() {
    return all.size();
  }

  private void lookAround() {
    for (MemoryId memory : nextTurns()) {
      look(memory);
    }
  }

  private synchronized List<MemoryId> nextTurns() {
    List<MemoryId> turn = waiters.sequencedKeySet().stream().limit(LOOK_MAX).toList();
    turn.forEach(memory -> waiters.putLast(memory, waiters.get(memory)));
    return turn;
  }

  private void look(MemoryId memory) {
    Set<ContentId> now = new HashSet<>();
    for (ContentId content : awaited(memory)) {
      if (isOver(content)) {
        now.add(content);
      }
    }
    end(settle(memory, now));
  }

  /** Of a row that can't be read, too: who waits for it is to meet that error, and no other. */
  private boolean isOver(ContentId content) {
    try {
      return settled.test(content);
    } catch (RuntimeException | Error e) {
      return true;
    }
  }

  private synchronized Set<ContentId> awaited(MemoryId memory) {
    Set<ContentId> contents = new HashSet<>();
    for (Waiter waiter : waiters.getOrDefault(memory, Set.of())) {
      for (ContentId content : waiter.left) {
        if (content.memoryId().equals(memory)) {
          contents.add(content);
        }
      }
    }
    return contents;
  }

  /** Takes what is settled from all waiters; answers those that have nothing left. */
  private synchronized List<Waiter> settle(MemoryId memory, Set<ContentId> now) {
    List<Waiter> done = new ArrayList<>();
    if (!now.isEmpty()) {
      for (Waiter waiter : List.copyOf(waiters.getOrDefault(memory, Set.of()))) {
        waiter.left.removeAll(now);
        if (waiter.left.stream().noneMatch(content -> content.memoryId().equals(memory))) {
          forget(memory, waiter);
        }
        if (waiter.left.isEmpty()) {
          done.add(waiter);
        }
      }
    }
    return done;
  }

  /** The place is free before the waiter goes on, who may come back for another one. */
  private void end(List<Waiter> done) {
    for (Waiter waiter : done) {
      remove(waiter);
      waiter.over.complete(null);
    }
  }

  /** Ends every wait: who waited is to ask again, and is told why there is no answer. */
  @Override
  public void close() {
    List<Waiter> left;
    synchronized (this) {
      closed = true;
      left = List.copyOf(all);
    }
    thread.shutdownNow();
    end(left);
  }

  private static RekindleException tooMany(String limitKey, int limit) {
    return new RekindleException(
        ErrorCode.TOO_MANY_REQUESTS,
        "too many searches wait for embeddings",
        Map.of("limit_key", limitKey, "limit", Integer.toString(limit)));
  }
}
