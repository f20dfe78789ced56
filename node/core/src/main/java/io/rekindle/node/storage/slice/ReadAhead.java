package io.rekindle.node.storage.slice;

import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.SliceId;
import io.rekindle.node.storage.row.Caches;
import io.rekindle.node.storage.row.MemoryKey;
import java.util.UUID;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.cache.CacheException;
import org.apache.ignite.Ignite;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the pages of a large slice into memory in the order of their file, on a thread of its own,
 * while a snapshot is loaded and before the scan of the rows comes by each of them in any order: to
 * read and decrypt them is half of what such a scan takes.
 *
 * <p>It only spares time. One slice is read at once, others go without; so do those of a node whose
 * pages do not all fit into memory, where it would drive out what others need. Thread-safe.
 */
final class ReadAhead implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ReadAhead.class);

  /** The part of the region that pages may fill, so that none is driven out. */
  private static final double FULL = 0.75;

  private final Caches caches;
  private final Ignite ignite;
  private final ThreadPoolExecutor thread =
      new ThreadPoolExecutor(
          0,
          1,
          1,
          TimeUnit.SECONDS,
          new SynchronousQueue<>(),
          Thread.ofPlatform().daemon().name("slice-read-ahead").factory());

  ReadAhead(Caches caches) {
    this.caches = caches;
    this.ignite = caches.memory().unwrap(Ignite.class);
  }

  /** Begins to read the partition of a slice; returns at once. */
  void begin(SliceId slice) {
    if (!fits()) {
      return;
    }
    MemoryKey any = new MemoryKey(slice, new MemoryId(new UUID(0, 0)));
    int partition = ignite.affinity(caches.memory().getName()).partition(any);
    try {
      thread.execute(() -> read(partition));
    } catch (RejectedExecutionException e) {
      // Another slice is being read, or the node stops: the scan reads its pages itself.
    }
  }

  @SuppressWarnings("deprecation") // What is to replace these metrics has no public interface yet.
  private boolean fits() {
    long most =
        ignite
            .configuration()
            .getDataStorageConfiguration()
            .getDefaultDataRegionConfiguration()
            .getMaxSize();
    long pages =
        ignite.dataRegionMetrics().stream()
            .mapToLong(region -> region.getTotalAllocatedSize())
            .sum();
    return pages < FULL * most;
  }

  private void read(int partition) {
    try {
      caches.memory().localPreloadPartition(partition);
    } catch (CacheException | IllegalStateException e) {
      LOG.atDebug()
          .addKeyValue("partition", partition)
          .setCause(e)
          .log("the pages of a slice were not read ahead");
    }
  }

  /** Does not wait for what is being read: the engine's own stop does. */
  @Override
  public void close() {
    thread.shutdownNow();
  }
}
