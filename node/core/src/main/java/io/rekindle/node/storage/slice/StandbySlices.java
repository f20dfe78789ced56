package io.rekindle.node.storage.slice;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.NamespaceId;
import io.rekindle.node.model.SliceId;
import io.rekindle.node.storage.row.SliceOwners;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.ObjLongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Loads the slices that their owners have loaded, and of which this node has a copy, so that it is
 * ready when it becomes their owner. One of which the copy is still on its way is loaded as soon as
 * that is whole; Ignite makes a node the owner later, when all of its copies are.
 *
 * <p>One after the other, on a thread of its own, which waits while a search waits for a slice.
 * What found no room rests for a minute. Thread-safe.
 */
public final class StandbySlices implements AutoCloseable {
  /** Slices that a node speaks of, or has waiting, at once. */
  public static final int SLICES_MAX = 10_000;

  private static final Logger LOG = LoggerFactory.getLogger(StandbySlices.class);
  private static final long REST_NANOS = TimeUnit.MINUTES.toNanos(1);
  private static final int ROWS_A_LOOK = 256;

  /** Whether a copy that is on its way is whole. */
  private static final Duration LOOK_INTERVAL = Duration.ofMillis(100);

  private static final Duration PAUSE = Duration.ofMillis(20);

  /** In all, for one slice: searches that go on and on do not keep it from being built. */
  private static final int PAUSES_MAX = 1_000;

  private final SliceOwners owners;
  private final ConcurrentHashMap<SliceId, LiveSlice> slices;
  private final ObjLongConsumer<LiveSlice> tending;
  private final BiConsumer<Namespace, SliceId> loading;
  private final Set<SliceId> waiting = ConcurrentHashMap.newKeySet();
  private final Map<SliceId, Long> restingSince = new ConcurrentHashMap<>();
  private final ScheduledThreadPoolExecutor thread;
  private final Rehearsals rehearsals = new Rehearsals();
  private int steps;
  private int pauses;

  /**
   * A slice that is loaded on its owner.
   *
   * @param wordsBytes of its words there; -1 when it has none
   */
  public record Warm(SliceId slice, long wordsBytes) {}

  /**
   * @param tending sees to a slice that is loaded, and to words of so many bytes
   * @param loading loads one on the thread that calls it
   */
  StandbySlices(
      SliceOwners owners,
      ConcurrentHashMap<SliceId, LiveSlice> slices,
      ObjLongConsumer<LiveSlice> tending,
      BiConsumer<Namespace, SliceId> loading) {
    this.owners = owners;
    this.slices = slices;
    this.tending = tending;
    this.loading = loading;
    this.thread =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("standby-build").factory());
    thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  /** What this node is asked for and has loaded, for those that have copies of it. */
  public List<Warm> warm() {
    return slices.values().stream()
        .filter(slice -> slice.built().isDone() && !slice.isStale())
        .filter(slice -> owners.isAskedHere(slice.id()))
        .limit(SLICES_MAX)
        .map(slice -> new Warm(slice.id(), wordsBytes(slice)))
        .toList();
  }

  private static long wordsBytes(LiveSlice slice) {
    SliceWords words = slice.words();
    return words == null || !words.filled().isDone() || words.isClosed() ? -1 : words.bytes();
  }

  /** How many are loaded that nobody asked here. */
  public int standing() {
    return (int)
        slices.values().stream()
            .filter(slice -> slice.built().isDone() && !slice.isAsked())
            .count();
  }

  /**
   * Keeps those slices loaded of which this node has a copy, and sees to it that others will be;
   * returns at once.
   *
   * @param namespaces finds the namespace of a slice, unless it goes, or nobody may read it
   */
  public void keep(Collection<Warm> warm, Function<NamespaceId, @Nullable Namespace> namespaces) {
    restingSince.values().removeIf(since -> System.nanoTime() - since > REST_NANOS);
    for (Warm one : warm) {
      LiveSlice known = slices.get(one.slice());
      if (known != null) {
        known.keepWarm();
        tending.accept(known, one.wordsBytes());
        rehearse(known);
      } else if (!restingSince.containsKey(one.slice())) {
        offer(one.slice(), namespaces);
      }
    }
  }

  private void rehearse(LiveSlice slice) {
    if (rehearsals.areOver() || slice.isAsked()) {
      return;
    }
    try {
      thread.execute(
          () -> {
            if (!searchWaits()) {
              rehearsals.of(slice);
            }
          });
    } catch (RejectedExecutionException e) {
      LOG.atDebug().log("the node stops before it has rehearsed");
    }
  }

  /** Searches for what nobody asked, of slices that stand by. */
  public long rehearsed() {
    return rehearsals.searches();
  }

  /** Of too many, the owner speaks again. */
  private void offer(SliceId slice, Function<NamespaceId, @Nullable Namespace> namespaces) {
    if (waiting.size() < SLICES_MAX && waiting.add(slice)) {
      again(slice, namespaces, Duration.ZERO);
    }
  }

  private void again(
      SliceId slice, Function<NamespaceId, @Nullable Namespace> namespaces, Duration pause) {
    try {
      var _ = thread.schedule(() -> load(slice, namespaces), pause.toMillis(), MILLISECONDS);
    } catch (RejectedExecutionException e) {
      // The node stops.
      waiting.remove(slice);
    }
  }

  private void load(SliceId slice, Function<NamespaceId, @Nullable Namespace> namespaces) {
    if (owners.isComing(slice)) {
      again(slice, namespaces, LOOK_INTERVAL);
      return;
    }
    try {
      Namespace namespace = namespaces.apply(slice.namespace());
      if (namespace != null && owners.isWhole(slice)) {
        pauses = 0;
        loading.accept(namespace, slice);
      }
    } catch (RuntimeException e) {
      rest(slice, e);
    } finally {
      waiting.remove(slice);
    }
  }

  /** Whatever it was: its first search will say so, if this node is ever asked. */
  private void rest(SliceId slice, RuntimeException e) {
    restingSince.put(slice, System.nanoTime());
    LOG.atLevel(e instanceof RekindleException ? Level.DEBUG : Level.WARN)
        .addKeyValue("slice", slice.value())
        .setCause(e)
        .log("a slice could not be loaded to stand by for its owner");
  }

  /** Called for each row by who loads: waits while a search waits for another slice. */
  void giveWay(LiveSlice own) {
    if (steps++ % ROWS_A_LOOK != 0) {
      return;
    }
    while (!own.isAsked() && pauses < PAUSES_MAX && searchWaits()) {
      pauses++;
      try {
        Thread.sleep(PAUSE);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private boolean searchWaits() {
    return slices.values().stream().anyMatch(slice -> slice.isAsked() && !slice.built().isDone());
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
