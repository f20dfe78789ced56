package io.rekindle.node.cluster;

import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.apache.ignite.IgniteCheckedException;
import org.apache.ignite.configuration.DataStorageConfiguration;
import org.apache.ignite.configuration.EncryptionConfiguration;
import org.apache.ignite.internal.IgniteEx;
import org.apache.ignite.internal.managers.encryption.GridEncryptionManager;
import org.apache.ignite.internal.managers.encryption.ReencryptStateUtils;
import org.apache.ignite.internal.pagemem.FullPageId;
import org.apache.ignite.internal.pagemem.PageIdAllocator;
import org.apache.ignite.internal.pagemem.PageIdUtils;
import org.apache.ignite.internal.pagemem.store.PageStore;
import org.apache.ignite.internal.processors.cache.CacheGroupContext;
import org.apache.ignite.internal.processors.cache.distributed.dht.topology.GridDhtLocalPartition;
import org.apache.ignite.internal.processors.cache.distributed.dht.topology.GridDhtPartitionState;
import org.apache.ignite.internal.processors.cache.persistence.IgniteCacheDatabaseSharedManager;
import org.apache.ignite.internal.processors.cache.persistence.file.FilePageStoreManager;
import org.apache.ignite.internal.processors.cache.persistence.pagemem.PageMemoryImpl;
import org.apache.ignite.internal.processors.cache.persistence.partstate.GroupPartitionId;
import org.apache.ignite.internal.processors.cache.persistence.tree.io.PageIO;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the pages of groups with new keys written anew, in the place of Ignite's own scan.
 *
 * <p>Why not Ignite's (2.17): it asks for each page by its number, and takes a page of data for
 * granted. A page that is not in memory yet is there under that name while it is read. Who wants it
 * then by its real one, as the first page of a tree, is told at once that there is no such page,
 * and goes on with the address 0: with assertions on that is a {@code CorruptedTreeException}, and
 * without them the process dies of SIGSEGV (seen in one restart of ten with pages left). So here
 * its real name is read from the file first. What is in memory already has its name, and Ignite's
 * way is right.
 *
 * <p>Ignite begins its scan by itself; it is made so slow that it gets no further than to the first
 * page of a partition, whose name it has right, until all were read here and it is told that they
 * need no scan. What is to be done then, with a checkpoint and with old keys, it does.
 *
 * <p>How far it is Ignite keeps with each partition, and after a restart it goes on from there. One
 * thread of its own; its methods are safe for use by many.
 */
final class PageSealing implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PageSealing.class);

  /** Of Ignite's own scan, which is not to get anywhere: a page each second. */
  private static final double IGNITES_MEGABYTES_PER_SECOND = 4096.0 / (1 << 20);

  /** For so many pages a checkpoint may have to wait. */
  private static final int BATCH_PAGES = 100;

  /** A page that is being written can't be read; it is there a moment later. */
  private static final int READS_MAX = 5;

  private static final long READ_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final long END_SECONDS = 10;

  private final IgniteEx ignite;
  private final AtomicBoolean running = new AtomicBoolean();
  private final ExecutorService worker =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().daemon().name("page-sealing").factory());
  private volatile boolean closed;

  PageSealing(IgniteEx ignite) {
    this.ignite = ignite;
  }

  /** Has Ignite's own scan get nowhere. */
  static void slowDown(DataStorageConfiguration storage) {
    storage.setEncryptionConfiguration(
        new EncryptionConfiguration()
            .setReencryptionBatchSize(1)
            .setReencryptionRateLimit(IGNITES_MEGABYTES_PER_SECOND));
  }

  /** Begins, where pages are left and it has not begun; waits for nothing. */
  void begin() {
    if (left().isEmpty() || closed || !running.compareAndSet(false, true)) {
      return;
    }
    worker.execute(
        () -> {
          try {
            for (CacheGroupContext group : left()) {
              seal(group);
            }
          } catch (IgniteCheckedException | RuntimeException e) {
            // The next look begins again where this one has ended.
            LOG.atWarn().setCause(e).log("pages could not be sealed anew");
          } finally {
            running.set(false);
          }
        });
  }

  /**
   * Groups with pages that were not read since their keys are new, and those that Ignite has noted
   * as such without having begun: what it notes late, when all is done, nobody would end.
   */
  private List<CacheGroupContext> left() {
    List<CacheGroupContext> groups = new ArrayList<>();
    for (CacheGroupContext group : ignite.context().cache().cacheGroups()) {
      int id = group.groupId();
      boolean begun = !encryption().reencryptionFuture(id).isDone();
      if (encryption().reencryptionInProgress(id) && (pagesLeft(group) > 0 || !begun)) {
        groups.add(group);
      }
    }
    return groups;
  }

  /** How many pages of a group were not read since its key is new. */
  long pagesLeft(CacheGroupContext group) {
    long left = 0;
    if (encryption().reencryptionInProgress(group.groupId())) {
      for (int partition : partitions(group)) {
        long state = encryption().getEncryptionState(group.groupId(), partition);
        left += ReencryptStateUtils.pageCount(state) - ReencryptStateUtils.pageIndex(state);
      }
    }
    return left;
  }

  /** From the last to the first, with which Ignite begins: the two are not to meet. */
  private static List<Integer> partitions(CacheGroupContext group) {
    List<Integer> partitions = new ArrayList<>();
    partitions.add(PageIdAllocator.INDEX_PARTITION);
    for (int partition = group.affinity().partitions() - 1; partition >= 0; partition--) {
      partitions.add(partition);
    }
    return partitions;
  }

  private void seal(CacheGroupContext group) throws IgniteCheckedException {
    for (int partition : partitions(group)) {
      seal(group, partition);
      if (!closed) {
        leaveOut(group, partition);
      }
    }
    int id = group.groupId();
    if (!closed && encryption().reencryptionInProgress(id)) {
      try {
        encryption().resumeReencryption(id); // Where Ignite has none, or its own has failed.
      } catch (IgniteCheckedException e) {
        if (encryption().reencryptionInProgress(id)) {
          throw e;
        }
        // It has just ended.
      }
    }
  }

  private void seal(CacheGroupContext group, int partition) throws IgniteCheckedException {
    IgniteCacheDatabaseSharedManager database = group.shared().database();
    while (!closed) {
      database.checkpointReadLock();
      try {
        long state = encryption().getEncryptionState(group.groupId(), partition);
        int from = ReencryptStateUtils.pageIndex(state);
        int count = ReencryptStateUtils.pageCount(state);
        if (from >= count) {
          return;
        }
        // What is gone is nothing to be sealed; what comes in its place is written under new keys.
        int until = isGone(group, partition) ? count : Math.min(from + BATCH_PAGES, count);
        for (int page = from; page < until && !isGone(group, partition); page++) {
          seal(group, partition, page);
        }
        encryption().setEncryptionState(group, partition, until, count);
      } finally {
        database.checkpointReadUnlock();
      }
    }
  }

  /**
   * Takes a partition out of Ignite's scan, as Ignite does when one goes away; but that it was read
   * has to stay known until a checkpoint has noted it. None ends meanwhile, and with it the scan.
   */
  private void leaveOut(CacheGroupContext group, int partition) {
    IgniteCacheDatabaseSharedManager database = group.shared().database();
    database.checkpointReadLock();
    try {
      int count =
          ReencryptStateUtils.pageCount(
              encryption().getEncryptionState(group.groupId(), partition));
      encryption().onDestroyPartitionStore(group, partition);
      if (count > 0) {
        encryption().setEncryptionState(group, partition, count, count);
      }
    } finally {
      database.checkpointReadUnlock();
    }
  }

  private static boolean isGone(CacheGroupContext group, int partition) {
    if (partition == PageIdAllocator.INDEX_PARTITION) {
      return false;
    }
    GridDhtLocalPartition local = group.topology().localPartition(partition);
    return local == null || local.state() == GridDhtPartitionState.EVICTED;
  }

  /** Marks a page as changed, so that the next checkpoint writes it. */
  private void seal(CacheGroupContext group, int partition, int index)
      throws IgniteCheckedException {
    PageMemoryImpl memory = (PageMemoryImpl) group.dataRegion().pageMemory();
    int groupId = group.groupId();
    long id = PageIdUtils.pageId(partition, GroupPartitionId.getFlagByPartId(partition), index);
    if (!memory.hasLoadedPage(new FullPageId(id, groupId))) {
      id = nameOnDisk(group, partition, id, memory.pageSize());
      if (id == 0) {
        return; // It was never written, and will be under the new key.
      }
    }
    long page = memory.acquirePage(groupId, id);
    try {
      if (!memory.isDirty(groupId, id, page)) {
        memory.writeLock(groupId, id, page, true);
        memory.writeUnlock(groupId, id, page, null, true);
      }
    } finally {
      memory.releasePage(groupId, id, page);
    }
  }

  /** The page's id as it says itself, or 0 of one that is not there. */
  private static long nameOnDisk(CacheGroupContext group, int partition, long id, int pageBytes)
      throws IgniteCheckedException {
    // There is one wherever pages are kept on disk.
    FilePageStoreManager files = (FilePageStoreManager) requireNonNull(group.shared().pageStore());
    PageStore store = files.getStore(group.groupId(), partition);
    ByteBuffer content = ByteBuffer.allocateDirect(pageBytes).order(ByteOrder.nativeOrder());
    for (int reads = 1; ; reads++) {
      try {
        content.clear();
        store.read(id, content, false);
        return PageIO.getPageId(content);
      } catch (IgniteCheckedException | RuntimeException e) {
        if (reads == READS_MAX) {
          throw e;
        }
        LockSupport.parkNanos(READ_AGAIN_NANOS);
      }
    }
  }

  private GridEncryptionManager encryption() {
    return ignite.context().encryption();
  }

  /** Before Ignite stops, under which it works. */
  @Override
  public void close() {
    closed = true;
    worker.shutdown();
    try {
      if (!worker.awaitTermination(END_SECONDS, TimeUnit.SECONDS)) {
        LOG.warn("pages are still being sealed anew while the engine stops");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
