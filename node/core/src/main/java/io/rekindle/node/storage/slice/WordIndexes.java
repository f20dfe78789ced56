package io.rekindle.node.storage.slice;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.index.FileCipher;
import io.rekindle.node.index.words.SealedDirectory;
import io.rekindle.node.index.words.WordHit;
import io.rekindle.node.index.words.WordIndex;
import io.rekindle.node.model.SliceId;
import io.rekindle.node.storage.row.Caches;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The words of the slices that are loaded: of a slice from its first search by words on, until the
 * slice leaves or others need the memory. Thread-safe.
 */
final class WordIndexes implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WordIndexes.class);
  private static final int BUILD_QUEUE_MAX = 1_024;

  /** What found no room is not taken in again at each search: others wait for the builder, too. */
  private static final long RETRY_NANOS = TimeUnit.MINUTES.toNanos(1);

  /** Those that nobody asked here are more idle than any other. */
  private static final Comparator<LiveSlice> LONGEST_IDLE =
      Comparator.<LiveSlice, Boolean>comparing(slice -> !slice.isAsked())
          .thenComparingLong(LiveSlice::idleNanos);

  private final Caches caches;
  private final SliceReader reader;
  private final ConcurrentHashMap<?, LiveSlice> slices;
  private final WordSettings settings;
  private final Function<SliceId, FileCipher> ciphers;
  private final Duration buildWaitMax;
  private final ThreadPoolExecutor builder;

  /** Of slices that nobody asks here, so that those of a search wait for none of them. */
  private final ThreadPoolExecutor standbyBuilder;

  private final AtomicLong bytes = new AtomicLong();

  WordIndexes(
      Caches caches,
      SliceReader reader,
      ConcurrentHashMap<?, LiveSlice> slices,
      Function<SliceId, FileCipher> ciphers,
      SliceIndexes.Settings settings) {
    this.caches = caches;
    this.reader = reader;
    this.slices = slices;
    this.settings = settings.words();
    this.ciphers = ciphers;
    this.buildWaitMax = settings.buildWaitMax();
    SealedDirectory.create(this.settings.folder());
    this.builder = thread("word-build");
    this.standbyBuilder = thread("standby-word-build");
  }

  private static ThreadPoolExecutor thread(String name) {
    ThreadPoolExecutor thread =
        new ThreadPoolExecutor(
            1,
            1,
            1,
            TimeUnit.MINUTES,
            new ArrayBlockingQueue<>(BUILD_QUEUE_MAX),
            Thread.ofPlatform().daemon().name(name).factory());
    thread.allowCoreThreadTimeOut(true);
    return thread;
  }

  /**
   * Asks the words of a slice; takes them in first when need be.
   *
   * @return empty when they, or the slice, were closed meanwhile: then ask anew
   * @throws RekindleException NOT_READY when that takes longer than {@code buildWaitMax};
   *     INDEX_MEMORY_EXHAUSTED when they need more than all words may take
   */
  Optional<List<WordHit>> search(LiveSlice slice, WordQuestion question) {
    SliceWords words = findOrBegin(slice, builder);
    try {
      await(words);
      List<WordHit> hits = words.search(slice.index(), question);
      makeRoom(slice);
      return slice.isStale() ? Optional.empty() : Optional.of(hits);
    } catch (RekindleException e) {
      if (e.code() == ErrorCode.NOT_READY && words.isClosed()) {
        slice.endWords(words);
        return Optional.empty();
      }
      if (e.code() == ErrorCode.INDEX_MEMORY_EXHAUSTED) {
        slice.endWords(words);
      }
      throw e;
    } catch (RuntimeException e) {
      // Whatever it was, the next search begins with words that are made anew.
      slice.endWords(words);
      throw e;
    }
  }

  /**
   * Takes in the words of a slice that is searched on another node, when there is room.
   *
   * @param bytesThere of its words there; below 0 when it has none
   */
  void standBy(LiveSlice slice, long bytesThere) {
    boolean fits = bytesThere >= 0 && bytes() + bytesThere <= settings.bytesMax();
    if (fits && slice.words() == null && slice.mayHaveWords()) {
      var _ = findOrBegin(slice, standbyBuilder);
    }
  }

  private SliceWords findOrBegin(LiveSlice slice, ThreadPoolExecutor builder) {
    SliceWords known = slice.words();
    if (known != null) {
      return known;
    }
    if (!slice.mayHaveWords()) {
      throw exhausted();
    }
    SliceWords fresh;
    // One at a time has the files of a slice.
    synchronized (slice) {
      SliceWords first = slice.words();
      if (first != null) {
        return first;
      }
      fresh =
          new SliceWords(slice.namespace(), slice.id(), caches, reader, () -> open(slice), bytes);
      slice.beginWords(fresh);
    }
    // Told of changes from here on, so that none falls between the rows that are read and these.
    try {
      builder.execute(() -> fill(slice, fresh));
    } catch (RejectedExecutionException e) {
      slice.endWords(fresh);
    }
    return fresh;
  }

  private WordIndex open(LiveSlice slice) {
    return WordIndex.open(
        SealedDirectory.of(folder(slice.id()), ciphers.apply(slice.id())),
        slice.namespace().settings().wordLanguage());
  }

  private Path folder(SliceId slice) {
    return settings.folder().resolve(slice.value().toString());
  }

  private void fill(LiveSlice slice, SliceWords words) {
    try {
      words.fill(slice.index(), SealedDirectory.bytes(folder(slice.id())), () -> makeRoom(slice));
      words.compact();
      commit(words);
    } catch (RuntimeException | Error e) {
      words.filled().completeExceptionally(e);
      slice.endWords(words);
    }
  }

  private void await(SliceWords words) {
    try {
      words.filled().get(buildWaitMax.toMillis(), TimeUnit.MILLISECONDS);
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

  /**
   * Lets go of words that were used longest ago, while all together are too many. Nobody else's
   * leave for a slice that has more than half of what all may have, or that nobody asks here.
   */
  private void makeRoom(LiveSlice wanted) {
    SliceWords own = wanted.words();
    if (own != null && own.bytes() > settings.bytesMax() / 2) {
      wanted.noWordsFor(RETRY_NANOS);
      throw exhausted();
    }
    while (bytes() > settings.bytesMax()) {
      Optional<LiveSlice> idlest =
          slices.values().stream()
              .filter(slice -> slice != wanted && slice.words() != null)
              .max(LONGEST_IDLE);
      if (idlest.isEmpty() || !wanted.isAsked()) {
        wanted.noWordsFor(RETRY_NANOS);
        throw exhausted();
      }
      SliceWords words = idlest.get().words();
      if (words != null) {
        idlest.get().endWords(words);
      }
    }
  }

  private RekindleException exhausted() {
    return new RekindleException(
        ErrorCode.INDEX_MEMORY_EXHAUSTED,
        "the words of a slice need more memory than half of index.words-bytes-max",
        Map.of("limit", Long.toString(settings.bytesMax() / 2), "unit", "bytes"));
  }

  /** Bytes of all words together. */
  long bytes() {
    return bytes.get();
  }

  /** Takes in what changed, so that the next search need not. */
  void refresh() {
    forEach(
        (slice, words) -> {
          words.catchUp(slice.index());
          makeRoom(slice);
        });
  }

  /** Leaves nothing in memory of contents that are gone. */
  void compact() {
    forEach((_, words) -> words.compact());
  }

  /**
   * Leaves on disk what changed, and nothing there that is not in use and old.
   *
   * @param gone whether this node has no copy of a slice any more
   */
  void keepFiles(Predicate<SliceId> gone) {
    forEach((_, words) -> commit(words));
    deleteOldFiles(gone);
  }

  /** Before a slice leaves; what can't be written is made again when it comes back. */
  void leaveFiles(LiveSlice slice) {
    SliceWords words = slice.words();
    if (words != null && words.filled().isDone() && !words.isClosed()) {
      try {
        words.compact();
        commit(words);
      } catch (RuntimeException e) {
        LOG.atWarn().setCause(e).log("the words of a slice could not be left on disk");
      }
    }
  }

  private void commit(SliceWords words) {
    long room = settings.folder().toFile().getUsableSpace() - settings.diskReserveBytes();
    words.commit(settings.filesFrom(), room);
  }

  /** The files of a slice that is no more. */
  void deleteFiles(SliceId slice) {
    try {
      SealedDirectory.delete(folder(slice));
    } catch (IOException e) {
      LOG.atWarn().setCause(e).log("the words of a slice that is gone could not be deleted");
    }
  }

  private void deleteOldFiles(Predicate<SliceId> gone) {
    Instant oldest = Instant.now().minus(settings.filesMaxAge());
    try (Stream<Path> folders = Files.list(settings.folder())) {
      for (Path folder : folders.toList()) {
        boolean old = Files.getLastModifiedTime(folder).toInstant().isBefore(oldest);
        if ((old || SliceFiles.isOf(folder, gone)) && !isInUse(folder)) {
          SealedDirectory.delete(folder);
        }
      }
    } catch (IOException e) {
      LOG.atWarn().setCause(e).log("old files of words could not be deleted");
    }
  }

  private boolean isInUse(Path folder) {
    return slices.values().stream()
        .anyMatch(slice -> slice.words() != null && folder(slice.id()).equals(folder));
  }

  private void forEach(BiConsumer<LiveSlice, SliceWords> upkeep) {
    for (LiveSlice slice : slices.values()) {
      SliceWords words = slice.words();
      if (words == null || !words.filled().isDone()) {
        continue;
      }
      try {
        upkeep.accept(slice, words);
      } catch (RuntimeException e) {
        boolean left = words.isClosed();
        slice.endWords(words);
        if (!left) {
          LOG.atWarn()
              .setCause(e)
              .log("the words of a slice could not be kept up; they are let go");
        }
      }
    }
  }

  @Override
  public void close() {
    builder.shutdownNow();
    standbyBuilder.shutdownNow();
    slices.values().forEach(this::leaveFiles);
  }
}
