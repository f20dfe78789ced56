package io.rekindle.node.storage.slice;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.index.SliceIndex;
import io.rekindle.node.index.words.WordHit;
import io.rekindle.node.storage.row.Caches;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The words of the slices that are loaded: of a slice from its first search by words on, until the
 * slice leaves or others need the memory. Thread-safe.
 */
final class WordIndexes implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WordIndexes.class);
  private static final int BUILD_QUEUE_MAX = 1_024;

  private final Caches caches;
  private final SliceReader reader;
  private final ConcurrentHashMap<?, LiveSlice> slices;
  private final long bytesMax;
  private final Duration buildWaitMax;
  private final ThreadPoolExecutor builder;

  WordIndexes(
      Caches caches,
      SliceReader reader,
      ConcurrentHashMap<?, LiveSlice> slices,
      SliceIndexes.Settings settings) {
    this.caches = caches;
    this.reader = reader;
    this.slices = slices;
    this.bytesMax = settings.wordsBytesMax();
    this.buildWaitMax = settings.buildWaitMax();
    this.builder =
        new ThreadPoolExecutor(
            1,
            1,
            1,
            TimeUnit.MINUTES,
            new ArrayBlockingQueue<>(BUILD_QUEUE_MAX),
            Thread.ofPlatform().daemon().name("word-build").factory());
    builder.allowCoreThreadTimeOut(true);
  }

  /**
   * Asks the words of a slice; takes them in first when need be.
   *
   * @return empty when they, or the slice, were closed meanwhile: then ask anew
   * @throws RekindleException NOT_READY when that takes longer than {@code buildWaitMax};
   *     INDEX_MEMORY_EXHAUSTED when they need more than all words may take
   */
  Optional<List<WordHit>> search(LiveSlice slice, WordQuestion question) {
    SliceWords words = await(findOrBegin(slice));
    try {
      List<WordHit> hits = words.search(slice.index(), question);
      makeRoom(slice);
      return slice.isStale() ? Optional.empty() : Optional.of(hits);
    } catch (RekindleException e) {
      slice.endWords(words);
      if (e.code() == ErrorCode.NOT_READY) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private SliceWords findOrBegin(LiveSlice slice) {
    SliceWords known = slice.words();
    if (known != null) {
      return known;
    }
    SliceWords fresh = new SliceWords(slice.namespace(), slice.id(), caches, reader);
    SliceWords first = slice.beginWords(fresh);
    if (first != fresh) {
      fresh.close();
      return first;
    }
    // Told of changes from here on, so that none falls between the rows that are read and these.
    try {
      builder.execute(() -> fill(slice, fresh));
    } catch (RejectedExecutionException e) {
      slice.endWords(fresh);
    }
    return fresh;
  }

  private void fill(LiveSlice slice, SliceWords words) {
    try {
      words.fill(slice.index(), () -> makeRoom(slice));
    } catch (RuntimeException | Error e) {
      words.filled().completeExceptionally(e);
      slice.endWords(words);
    }
  }

  private SliceWords await(SliceWords words) {
    try {
      return words.filled().get(buildWaitMax.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw notReady();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RekindleException reason) {
        throw reason;
      }
      throw new IllegalStateException("the words of a slice were not taken in", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw notReady();
    }
  }

  private static RekindleException notReady() {
    return new RekindleException(
        ErrorCode.NOT_READY, "the words of a slice are still being taken in, try again");
  }

  /** Lets go of words that were used longest ago, while all together are too many. */
  private void makeRoom(LiveSlice wanted) {
    while (bytes() > bytesMax) {
      Optional<LiveSlice> idlest =
          slices.values().stream()
              .filter(slice -> slice != wanted && slice.words() != null)
              .max(Comparator.comparingLong(LiveSlice::idleNanos));
      if (idlest.isEmpty()) {
        throw new RekindleException(
            ErrorCode.INDEX_MEMORY_EXHAUSTED,
            "the words of a slice need more memory than index.words-bytes-max",
            Map.of(
                "limit", Long.toString(bytesMax),
                "actual", Long.toString(bytes()),
                "unit", "bytes"));
      }
      SliceWords words = idlest.get().words();
      if (words != null) {
        idlest.get().endWords(words);
      }
    }
  }

  /** Bytes of all words together. */
  long bytes() {
    return slices.values().stream()
        .map(LiveSlice::words)
        .filter(Objects::nonNull)
        .mapToLong(SliceWords::bytes)
        .sum();
  }

  /** Takes in what changed, so that the next search need not. */
  void refresh() {
    forEach(SliceWords::catchUp);
  }

  /** Leaves nothing of contents that are gone. */
  void compact() {
    forEach((words, _) -> words.compact());
  }

  private interface Upkeep {
    void of(SliceWords words, SliceIndex index);
  }

  private void forEach(Upkeep upkeep) {
    for (LiveSlice slice : slices.values()) {
      SliceWords words = slice.words();
      if (words == null || !words.filled().isDone()) {
        continue;
      }
      try {
        upkeep.of(words, slice.index());
      } catch (RuntimeException e) {
        slice.endWords(words);
        LOG.atWarn().setCause(e).log("the words of a slice could not be kept up; they are let go");
      }
    }
  }

  @Override
  public void close() {
    builder.shutdownNow();
  }
}
