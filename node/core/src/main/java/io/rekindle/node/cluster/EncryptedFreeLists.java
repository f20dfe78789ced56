package io.rekindle.node.cluster;

import java.lang.reflect.Field;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.ignite.IgniteCheckedException;
import org.apache.ignite.IgniteException;
import org.apache.ignite.configuration.IgniteConfiguration;
import org.apache.ignite.events.CacheRebalancingEvent;
import org.apache.ignite.events.EventType;
import org.apache.ignite.internal.IgniteEx;
import org.apache.ignite.internal.processors.cache.CacheGroupContext;
import org.apache.ignite.internal.processors.cache.GridCacheAdapter;
import org.apache.ignite.internal.processors.cache.IgniteCacheOffheapManager.CacheDataStore;
import org.apache.ignite.internal.processors.cache.distributed.dht.topology.GridDhtLocalPartition;
import org.apache.ignite.internal.processors.cache.distributed.dht.topology.GridDhtPartitionState;
import org.apache.ignite.internal.processors.cache.persistence.CacheDataRow;
import org.apache.ignite.internal.processors.cache.persistence.IgniteCacheDatabaseSharedManager;
import org.apache.ignite.internal.processors.cache.persistence.freelist.AbstractFreeList;
import org.apache.ignite.internal.processors.cache.persistence.tree.io.AbstractDataPageIO;
import org.apache.ignite.internal.util.lang.IgnitePredicateX;
import org.apache.ignite.lang.IgnitePredicate;

/**
 * Tells Ignite's free lists how much of a row an encrypted page takes, before copies of rows come.
 *
 * <p>Rows that come as copies are written in batches: of each row whole pages first, and what is
 * left of it into a page that others may share. {@code AbstractFreeList} (2.17) reckons a whole
 * page without what encryption takes of it, so what is left can be larger than a page, by up to
 * those {@value XaesEncryptionSpi#LOST_BYTES} bytes. {@code WriteRowsHandler} then adds empty items
 * to the full page until their count runs over, throws {@code Item not found: 255}, and the copies
 * of that cache group never come: of rows over a page, it is one in seventy. Single writes count
 * right.
 *
 * <p>So the number is set right in the list of each copy that is to be filled, before its rows are
 * asked for.
 */
final class EncryptedFreeLists implements IgnitePredicate<CacheRebalancingEvent> {
  private static final long serialVersionUID = 1L;

  private static final Field WHOLE_PAGE_BYTES = field();

  private static final IgnitePredicateX<CacheDataRow> NOTHING =
      new IgnitePredicateX<>() {
        @Override
        public boolean applyx(CacheDataRow row) {
          return true;
        }
      };

  // Ignite's type is serializable; this one never leaves its node.
  private final transient Supplier<IgniteEx> ignite;

  /**
   * @param ignite the node, once it is there
   */
  EncryptedFreeLists(Supplier<IgniteEx> ignite) {
    this.ignite = ignite;
  }

  private static Field field() {
    try {
      Field field = AbstractFreeList.class.getDeclaredField("MIN_SIZE_FOR_DATA_PAGE");
      field.setAccessible(true);
      return field;
    } catch (NoSuchFieldException e) {
      throw new LinkageError("not the Ignite that this was written for", e);
    }
  }

  /**
   * Has it called for each begin of a rebalance, from the first on: a node that joins may ask for
   * copies before any of its plugins is told that it has started.
   */
  void listenIn(IgniteConfiguration configuration) {
    int[] begins = {EventType.EVT_CACHE_REBALANCE_STARTED};
    configuration.setIncludeEventTypes(begins);
    configuration.setLocalEventListeners(Map.of(this, begins));
  }

  /**
   * Runs on the thread that asks for copies afterwards; what it throws is logged by Ignite.
   *
   * @return true: to be called again
   */
  @Override
  public boolean apply(CacheRebalancingEvent rebalancing) {
    GridCacheAdapter<?, ?> cache =
        ignite.get().context().cache().internalCache(rebalancing.cacheName());
    if (cache != null) {
      mend(cache.context().group());
    }
    return true;
  }

  private static void mend(CacheGroupContext group) {
    for (GridDhtLocalPartition copy : group.topology().localPartitions()) {
      if (copy.state() == GridDhtPartitionState.MOVING) {
        mend(group, copy);
      }
    }
  }

  private static void mend(CacheGroupContext group, GridDhtLocalPartition copy) {
    IgniteCacheDatabaseSharedManager database = group.shared().database();
    database.checkpointReadLock();
    try {
      CacheDataStore store = copy.dataStore();
      store.insertRows(List.of(), NOTHING); // Opens its free list, as the first row would.
      int page = group.dataRegion().pageMemory().realPageSize(group.groupId());
      WHOLE_PAGE_BYTES.setInt(
          store.rowStore().freeList(), page - AbstractDataPageIO.MIN_DATA_PAGE_OVERHEAD);
    } catch (IgniteCheckedException | IllegalAccessException e) {
      throw new IgniteException("a copy's free list could not be opened", e);
    } finally {
      database.checkpointReadUnlock();
    }
  }
}
