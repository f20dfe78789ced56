package io.rekindle.node.storage.slice;

import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.index.RowContent;
import io.rekindle.node.index.RowJudge;
import io.rekindle.node.index.RowJudge.Verdict;
import io.rekindle.node.index.SliceIndex;
import io.rekindle.node.index.words.WordHit;
import io.rekindle.node.index.words.WordIndex;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.SliceId;
import io.rekindle.node.storage.row.Caches;
import io.rekindle.node.storage.row.MemoryKey;
import io.rekindle.node.storage.row.MemoryRow;
import java.util.BitSet;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The words of one slice, kept in step with its rows. Thread-safe.
 *
 * <p>A commit only leaves the memory's id here. A search reads what changed since the last one from
 * the rows themselves, so that it finds whatever was acknowledged before it began. First of all,
 * and when more changed than is remembered, all rows of the slice are compared with what is here.
 */
final class SliceWords implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SliceWords.class);
  private static final int CONTENTS_A_LOOK = 1_024;

  private final Namespace namespace;
  private final SliceId id;
  private final Caches caches;
  private final SliceReader reader;
  private final Supplier<WordIndex> opening;
  private final ChangedMemories changed = new ChangedMemories();
  private final CompletableFuture<SliceWords> filled = new CompletableFuture<>();
  private final ReentrantLock changing = new ReentrantLock();

  /** Of compactions and commits, which take long: no change and no search waits for it. */
  private final ReentrantLock keeping = new ReentrantLock();

  private final AtomicLong bytesOfAll;
  private volatile @Nullable WordIndex opened;
  private volatile boolean closed;
  private volatile long bytes;
  private int untilLook;
  private boolean uncommitted;

  /**
   * @param opening what is left on disk, or nothing; asked once, unless closed before that
   * @param bytesOfAll of the words of all slices; kept up to date
   */
  SliceWords(
      Namespace namespace,
      SliceId id,
      Caches caches,
      SliceReader reader,
      Supplier<WordIndex> opening,
      AtomicLong bytesOfAll) {
    this.namespace = namespace;
    this.id = id;
    this.caches = caches;
    this.reader = reader;
    this.opening = opening;
    this.bytesOfAll = bytesOfAll;
  }

  /** Completes when all rows are in, or with the reason why not. */
  CompletableFuture<SliceWords> filled() {
    return filled;
  }

  boolean isClosed() {
    return closed;
  }

  /** A row was stored or removed; called inside the commit. */
  void changed(MemoryId memory) {
    changed.add(memory);
  }

  /** Bytes in memory, more or less. */
  long bytes() {
    return bytes;
  }

  private WordIndex words() {
    WordIndex index = opened;
    if (index == null || closed) {
      throw notReady();
    }
    return index;
  }

  private static RekindleException notReady() {
    return new RekindleException(ErrorCode.NOT_READY, "the words of this slice are closed");
  }

  /**
   * Opens what is on disk, and takes in all rows of the slice.
   *
   * @param bytesOnDisk that are about to be loaded
   * @param grown called now and then while it grows; throws to end it
   */
  void fill(SliceIndex index, long bytesOnDisk, Runnable grown) {
    change(
        () -> {
          count(bytesOnDisk);
          grown.run();
          open();
          takeAll(index, grown);
          return true;
        });
    filled.complete(this);
  }

  /** Under the lock: whoever closes these either comes before, or finds what to close. */
  private void open() {
    if (closed) {
      throw notReady();
    }
    opened = opening.get();
  }

  /** As {@link WordIndex#search}, under a filter, of all rows that are there now. */
  List<WordHit> search(SliceIndex index, WordQuestion question) {
    catchUp(index);
    long seen = question.hides() ? index.count(question.filter()) : -1;
    return index.judge(
        question.filter(),
        question.among(),
        judge ->
            words().search(question.words(), question.topK(), question.minScore(), judge, seen));
  }

  /** Takes in what changed. */
  void catchUp(SliceIndex index) {
    change(
        () -> {
          if (changed.isEmpty()) {
            return false;
          }
          if (changed.takeMore()) {
            takeAll(index, () -> {});
          }
          changed.take().forEach(this::take);
          return true;
        });
  }

  /** Rewrites what holds words of contents that are gone; changes and searches go on meanwhile. */
  void compact() {
    keeping.lock();
    try {
      if (words().leftovers() > 0) {
        words().compact();
        change(() -> true);
      }
    } finally {
      keeping.unlock();
    }
  }

  /**
   * Those who change it go one by one; whoever comes later finds their changes made.
   *
   * @param change says whether it changed anything
   */
  private void change(BooleanSupplier change) {
    changing.lock();
    try {
      if (change.getAsBoolean()) {
        words().refresh();
        count(words().bytes());
        uncommitted = true;
      }
    } catch (RuntimeException | Error e) {
      // What it had taken from the changes would be missed for ever.
      changed.addUnknown();
      throw e;
    } finally {
      changing.unlock();
    }
  }

  /** Under the lock. */
  private void count(long now) {
    bytesOfAll.addAndGet(now - bytes);
    bytes = now;
  }

  private void takeAll(SliceIndex index, Runnable grown) {
    index.judge(
        Filter.ALL,
        null,
        judge -> {
          BitSet known = new BitSet();
          words().removeUnless(content -> isThere(judge, content, known));
          judge.forEach(
              (content, place) -> {
                if (!known.get(place)) {
                  take(content, grown);
                }
              });
          return true;
        });
  }

  /** Marks the place of a row whose words are here. */
  private static boolean isThere(RowJudge judge, RowContent content, BitSet known) {
    int place = judge.place(content.high(), content.low());
    boolean there = judge.judge(place, content) == Verdict.PASSES;
    if (there) {
      known.set(place);
    }
    return there;
  }

  private void take(RowContent content, Runnable grown) {
    take(new MemoryId(new UUID(content.high(), content.low())));
    if (++untilLook % CONTENTS_A_LOOK == 0) {
      count(words().bytes());
      grown.run();
    }
  }

  private void take(MemoryId memory) {
    MemoryKey key = new MemoryKey(id, memory);
    MemoryRow row = caches.memory().get(key);
    UUID value = memory.value();
    if (row == null) {
      words().remove(value.getMostSignificantBits(), value.getLeastSignificantBits());
      return;
    }
    RowContent content =
        new RowContent(
            value.getMostSignificantBits(),
            value.getLeastSignificantBits(),
            row.contentVersion(),
            row.createdAtMicros());
    if (!words().holds(content)) {
      put(content, key, row);
    }
  }

  /** What can't be opened has no words: whoever reads it is told that it is damaged. */
  private void put(RowContent content, MemoryKey key, MemoryRow row) {
    try {
      words().put(content, reader.content(namespace, key, row));
    } catch (RekindleException e) {
      if (e.code() != ErrorCode.DATA_CORRUPTED) {
        throw e;
      }
      LOG.atWarn()
          .addKeyValue("memory", key.memoryId())
          .log("a damaged memory is not found by words");
      words().remove(content.high(), content.low());
    }
  }

  /**
   * Leaves on disk what is here, if it is so much that reading it is faster than making it, and if
   * it changed; changes and searches go on meanwhile. Nothing is left there of what is too little,
   * or finds no room: it may be words that nobody has any more.
   *
   * @param contentsMin so many are much
   * @param bytesMax more are not written
   */
  void commit(int contentsMin, long bytesMax) {
    keeping.lock();
    try {
      if (exchangeUncommitted(false)) {
        write(contentsMin, bytesMax);
      }
    } finally {
      keeping.unlock();
    }
  }

  private void write(int contentsMin, long bytesMax) {
    try {
      if (bytes <= bytesMax && words().contents() >= contentsMin) {
        words().commit();
      } else {
        words().deleteFiles();
      }
    } catch (RuntimeException | Error e) {
      exchangeUncommitted(true);
      throw e;
    }
  }

  /** Says what it was. */
  private boolean exchangeUncommitted(boolean now) {
    changing.lock();
    try {
      boolean before = uncommitted;
      uncommitted = now;
      return before;
    } finally {
      changing.unlock();
    }
  }

  @Override
  public void close() {
    closed = true;
    filled.completeExceptionally(notReady());
    changing.lock();
    try {
      count(0);
      WordIndex index = opened;
      if (index != null) {
        index.close();
      }
    } finally {
      changing.unlock();
    }
  }
}
