package io.rekindle.node.storage.slice;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.index.FileCipher;
import io.rekindle.node.index.MemoryBudget;
import io.rekindle.node.index.SliceBuild;
import io.rekindle.node.index.SliceIndex;
import io.rekindle.node.index.words.WordHit;
import io.rekindle.node.keyring.Keyring;
import io.rekindle.node.keyring.SliceFileCipher;
import io.rekindle.node.model.Limits;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.NamespaceId;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.model.SliceId;
import io.rekindle.node.storage.row.Caches;
import io.rekindle.node.storage.row.SliceOwners;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The indexes of the slices on this node.
 *
 * <p>An index is built on first use, once for all who ask, while live changes go on; it is dropped
 * when idle, when it became stale, or when another slice needs its memory and it was used longest
 * ago. Thread-safe.
 */
public final class SliceIndexes implements AutoCloseable {
  private static final int BUILD_THREADS = 2;
  private static final int BUILD_QUEUE_MAX = 1_024;
  private static final int TRIES_MAX = 4;

  /**
   * Bounds of the indexes.
   *
   * @param memoryBytesMax of all slices together, off-heap
   * @param idleAfter a slice that nobody asked for so long is dropped by {@link #dropIdle}
   * @param buildWaitMax how long a request waits for a slice that is being built
   * @param codesFrom vectors of a slice from which it is searched by codes
   * @param listsFrom vectors of a slice from which these are kept in lists; a lower number than
   *     {@code codesFrom} counts as that
   * @param gatherMax vectors up to which those under a selective filter are judged exactly
   * @param floatsMax vectors of a slice up to which their floats are kept, too
   * @param words bounds of the words
   * @param snapshots bounds of the snapshots
   */
  public record Settings(
      long memoryBytesMax,
      Duration idleAfter,
      Duration buildWaitMax,
      int codesFrom,
      int listsFrom,
      int gatherMax,
      int floatsMax,
      WordSettings words,
      SnapshotSettings snapshots) {
    public Settings {
      listsFrom = Math.max(listsFrom, codesFrom);
    }
  }

  private final Caches caches;
  private final SliceOwners owners;
  private final SliceReader reader;
  private final Settings settings;
  private final MemoryBudget budget;
  private final ConcurrentHashMap<SliceId, LiveSlice> slices = new ConcurrentHashMap<>();
  private final SliceChanges changes;
  private final SliceScan scan;
  private final ThreadPoolExecutor builders;
  private final SliceCoder coder = new SliceCoder();
  private final WordIndexes words;
  private final SliceSnapshots snapshots;
  private final StandbySlices standby;
  private final AtomicLong builds = new AtomicLong();

  public SliceIndexes(Caches caches, Keyring keyring, Settings settings) {
    this(
        caches,
        new SealedSliceReader(keyring),
        slice -> new SliceFileCipher(keyring, slice),
        settings);
  }

  SliceIndexes(
      Caches caches, SliceReader reader, Function<SliceId, FileCipher> ciphers, Settings settings) {
    RecentChanges recent = new RecentChanges();
    this.caches = caches;
    this.owners = SliceOwners.of(caches);
    this.reader = reader;
    this.settings = settings;
    this.budget = new MemoryBudget(settings.memoryBytesMax());
    this.changes = new SliceChanges(reader, recent, slices);
    this.scan = new SliceScan(caches, reader, recent);
    this.words = new WordIndexes(caches, reader, slices, ciphers, settings);
    this.snapshots = new SliceSnapshots(settings.snapshots(), ciphers);
    this.standby = new StandbySlices(owners, slices, this::tend, this::loadStandby);
    this.builders =
        new ThreadPoolExecutor(
            BUILD_THREADS,
            BUILD_THREADS,
            1,
            TimeUnit.MINUTES,
            new ArrayBlockingQueue<>(BUILD_QUEUE_MAX),
            Thread.ofPlatform().daemon().name("slice-build-", 0).factory());
    builders.allowCoreThreadTimeOut(true);
  }

  SliceChanges changes() {
    return changes;
  }

  /** The slices that other nodes own, and this one stands by for. */
  public StandbySlices standby() {
    return standby;
  }

  /**
   * Asks a slice's index; builds it first when need be.
   *
   * @throws RekindleException NOT_READY when the build takes longer than {@code buildWaitMax}, or
   *     when this node has no whole copy of it, before or after ({@link SliceOwners#isMoved});
   *     INDEX_MEMORY_EXHAUSTED when it does not fit even alone
   */
  public <T> T ask(Namespace namespace, SliceId id, Function<SliceIndex, T> question) {
    return attempt(namespace, id, slice -> tryAsk(slice, slice.index(), question));
  }

  /**
   * Asks the words of a slice, as {@link #ask} asks its index.
   *
   * @throws RekindleException as {@link #ask}, for the words too
   */
  public List<WordHit> searchWords(Namespace namespace, SliceId id, WordQuestion question) {
    return attempt(namespace, id, slice -> words.search(slice, question));
  }

  private <T> T attempt(
      Namespace namespace, SliceId id, Function<LiveSlice, Optional<T>> question) {
    owners.requireWhole(id);
    try {
      T answer = attemptHere(namespace, id, question);
      // What moved away meanwhile was emptied, perhaps under the question.
      owners.requireWhole(id);
      return answer;
    } catch (RuntimeException e) {
      owners.requireWhole(id);
      throw e;
    }
  }

  private <T> T attemptHere(
      Namespace namespace, SliceId id, Function<LiveSlice, Optional<T>> question) {
    for (int i = 0; i < TRIES_MAX; i++) {
      LiveSlice slice = findOrBegin(namespace, id);
      slice.touch();
      await(slice);
      Optional<T> answer = slice.isStale() ? Optional.empty() : question.apply(slice);
      if (answer.isPresent()) {
        coder.offer(slice);
        return answer.get();
      }
      if (slice.isStale()) {
        drop(slice);
      }
    }
    throw notReady();
  }

  /** Empty when the index turned out to be stale, or was closed to make room. */
  private static <T> Optional<T> tryAsk(
      LiveSlice slice, SliceIndex index, Function<SliceIndex, T> question) {
    try {
      T answer = question.apply(index);
      return slice.isStale() ? Optional.empty() : Optional.of(answer);
    } catch (RekindleException e) {
      if (e.code() == ErrorCode.NOT_READY) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /**
   * Drops what nobody asked for lately, and sees to what grew meanwhile; returns how many slices
   * were dropped.
   */
  public int dropIdle() {
    int before = slices.size();
    slices.values().stream()
        .filter(slice -> slice.built().isDone())
        .filter(slice -> slice.idleNanos() > settings.idleAfter().toNanos())
        .forEach(
            slice -> {
              words.leaveFiles(slice);
              drop(slice);
            });
    slices.values().stream().filter(slice -> slice.built().isDone()).forEach(coder::offer);
    return before - slices.size();
  }

  /** Drops the slices of which this node has no copy any more, and their files. */
  public void dropGone() {
    slices.values().stream()
        .filter(slice -> slice.built().isDone() && owners.isGone(slice.id()))
        .forEach(
            slice -> {
              drop(slice);
              words.deleteFiles(slice.id());
              snapshots.delete(slice.id());
            });
  }

  /** Drops the indexes of a namespace that was deleted. */
  public void forget(NamespaceId namespace) {
    slices.values().stream()
        .filter(slice -> slice.id().namespace().equals(namespace))
        .forEach(this::drop);
    for (int ordinal = 0; ordinal < Limits.SLICES_MAX; ordinal++) {
      words.deleteFiles(SliceId.of(namespace, ordinal));
      snapshots.delete(SliceId.of(namespace, ordinal));
    }
  }

  /** Drops the indexes of a tenant whose key was closed; their files can't be opened now. */
  public void lock(NamespacePath root) {
    slices.values().stream()
        .filter(slice -> slice.namespace().path().root().equals(root))
        .forEach(this::drop);
  }

  public long bytesUsed() {
    return budget.bytesUsed();
  }

  /** Bytes of the words of all slices. */
  public long wordsBytesUsed() {
    return words.bytes();
  }

  /** Takes in words that changed, so that the next search need not. */
  public void refreshWords() {
    words.refresh();
  }

  /** Leaves nothing in memory of words that nobody has any more. */
  public void compactWords() {
    words.compact();
  }

  /** Leaves words on disk for the next start, and nothing old there. */
  public void keepWordFiles() {
    words.keepFiles(owners::isGone);
  }

  /** Leaves snapshots of large slices on disk for the next start, and nothing old there. */
  public void keepSnapshots() {
    snapshots.keep(slices.values(), owners::isGone);
  }

  /** How many slices are being built. */
  public int building() {
    return (int) slices.values().stream().filter(slice -> !slice.built().isDone()).count();
  }

  /** How many memories were read of those that are being built. */
  public long memoriesRead() {
    return slices.values().stream()
        .filter(slice -> !slice.built().isDone())
        .mapToLong(slice -> slice.memoriesRead().get())
        .sum();
  }

  /** How many slices are searched exactly until their codes are made. */
  public int wantingCodes() {
    return (int)
        slices.values().stream()
            .filter(slice -> slice.built().isDone() && !slice.index().hasCodes())
            .filter(slice -> slice.index().wantsCodes())
            .count();
  }

  /** How many builds of slices were begun, since the start. */
  public long builds() {
    return builds.get();
  }

  /** How many slices are loaded or being built. */
  public int loaded() {
    return slices.size();
  }

  /** Changes that made a slice stale instead of reaching it, since the start. */
  public long changesLost() {
    return changes.lost();
  }

  private LiveSlice findOrBegin(Namespace namespace, SliceId id) {
    LiveSlice known = slices.get(id);
    if (known != null) {
      return known;
    }
    // What changes it comes inside commits, which look nothing up; of a locked tenant nothing
    // opens.
    reader.prepare(namespace.id());
    LiveSlice fresh = withRoom(null, () -> newSlice(namespace, id));
    fresh.touch();
    LiveSlice first = slices.putIfAbsent(id, fresh);
    if (first != null) {
      fresh.close();
      return first;
    }
    // Registered before the scan begins: only then can no change fall between the two.
    try {
      builders.execute(() -> build(fresh, () -> {}));
    } catch (RejectedExecutionException e) {
      fail(fresh, notReady());
    }
    return fresh;
  }

  private LiveSlice newSlice(Namespace namespace, SliceId id) {
    return new LiveSlice(namespace, id, settings, budget, new SealedVectors(caches, reader, id));
  }

  /** Sees to what a loaded slice wants besides being loaded. */
  private void tend(LiveSlice slice, long wordsBytes) {
    if (slice.isStale()) {
      drop(slice);
    } else if (slice.built().isDone()) {
      coder.offer(slice);
      words.standBy(slice, wordsBytes);
    }
  }

  /** Builds a slice on this thread, unless it is there; takes the room of none that is asked. */
  private void loadStandby(Namespace namespace, SliceId id) {
    // As in findOrBegin; here the changes come from another node.
    reader.prepare(namespace.id());
    LiveSlice fresh = newSlice(namespace, id);
    if (slices.putIfAbsent(id, fresh) != null) {
      fresh.close();
      return;
    }
    build(
        fresh,
        () -> {
          standby.giveWay(fresh);
          // The last quarter is for what is searched here.
          if (!fresh.isAsked() && budget.bytesUsed() / 3 > budget.bytesMax() / 4) {
            throw new RekindleException(
                ErrorCode.INDEX_MEMORY_EXHAUSTED, "there is no room to stand by for a slice");
          }
        });
    if (fresh.built().isCompletedExceptionally()
        && fresh.built().exceptionNow() instanceof RuntimeException reason) {
      throw reason;
    }
  }

  private void build(LiveSlice slice, Runnable eachRow) {
    builds.incrementAndGet();
    try {
      withRoom(
          slice,
          () -> {
            fill(slice, eachRow);
            return true;
          });
      slice.built().complete(slice.index());
    } catch (RuntimeException | Error e) {
      fail(slice, e);
    }
  }

  private void fail(LiveSlice slice, Throwable reason) {
    drop(slice);
    slice.built().completeExceptionally(reason);
  }

  private void fill(LiveSlice slice, Runnable eachRow) {
    eachRow.run();
    Runnable progress =
        () -> {
          slice.memoriesRead().incrementAndGet();
          eachRow.run();
        };
    try (SliceBuild build = slice.index().beginBuild()) {
      boolean loaded = snapshots.load(slice.id(), build, slice.memoriesRead()::set);
      slice.memoriesRead().set(0);
      int opened = scan.fill(build, slice.namespace(), slice.id(), loaded, progress);
      // One less when the snapshot has what is gone: then it may not get old.
      int gone = loaded && build.foundGone() ? 1 : 0;
      slice.keptUpTo(slice.index().changes() - opened - gone);
      if (!build.trustworthy()) {
        slice.markStale();
      }
    }
  }

  /**
   * Does work that takes memory of the budget, and again after others were dropped when it did not
   * fit: one, two, four ... of them, because it begins anew each time, and a large slice may need
   * the room of thousands of small ones.
   *
   * @param wanted the slice that the work is for, if it is among the others already
   */
  private <T> T withRoom(@Nullable LiveSlice wanted, Supplier<T> work) {
    for (int drops = 1; ; drops *= 2) {
      try {
        return work.get();
      } catch (RekindleException e) {
        if (e.code() != ErrorCode.INDEX_MEMORY_EXHAUSTED
            || (wanted != null && !wanted.isAsked())
            || !dropLongestIdle(wanted, drops)) {
          throw e;
        }
      }
    }
  }

  /**
   * Makes room; false when there is nothing else to drop. Those that nobody asked here go first. It
   * looks through all, so one in a hundred goes at the least: not each of those that come now has
   * to look again.
   */
  private boolean dropLongestIdle(@Nullable LiveSlice wanted, int count) {
    List<Idle> idlest =
        slices.values().stream()
            .filter(slice -> slice != wanted && slice.built().isDone())
            .map(slice -> new Idle(slice, slice.isAsked(), slice.idleNanos()))
            .sorted(
                Comparator.comparing(Idle::asked)
                    .thenComparing(Comparator.comparingLong(Idle::nanos).reversed()))
            .limit(Math.max(count, slices.size() / 100))
            .toList();
    idlest.forEach(idle -> drop(idle.slice()));
    return !idlest.isEmpty();
  }

  /** How long nobody asked a slice, as it was once: an order needs it to stay so. */
  private record Idle(LiveSlice slice, boolean asked, long nanos) {}

  private void await(LiveSlice slice) {
    try {
      slice.built().get(settings.buildWaitMax().toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw notReady();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RekindleException reason) {
        throw reason;
      }
      throw new IllegalStateException("a slice index was not built", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw notReady();
    }
  }

  private void drop(LiveSlice slice) {
    slices.remove(slice.id(), slice);
    slice.close();
  }

  private static RekindleException notReady() {
    return new RekindleException(
        ErrorCode.NOT_READY, "the index of a slice is still being built, try again");
  }

  @Override
  public void close() {
    standby.close();
    builders.shutdownNow();
    coder.close();
    words.close();
    slices.values().forEach(this::drop);
  }
}
