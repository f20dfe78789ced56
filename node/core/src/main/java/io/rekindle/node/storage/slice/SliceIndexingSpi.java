package io.rekindle.node.storage.slice;

import io.rekindle.node.storage.row.CacheName;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import javax.cache.Cache;
import org.apache.ignite.spi.IgniteSpiAdapter;
import org.apache.ignite.spi.IgniteSpiMultipleInstancesSupport;
import org.apache.ignite.spi.indexing.IndexingQueryFilter;
import org.apache.ignite.spi.indexing.IndexingSpi;
import org.jspecify.annotations.Nullable;

/**
 * Ignite's exact hook: it sees every committed change of primary, backup, rebalance and eviction,
 * inside the commit, after the partition and before Ignite's own SQL indexes.
 *
 * <p>An exception here would turn the transaction UNKNOWN and halt owner after owner, so there is
 * none: see {@code SliceChanges}. {@code remove} is only told for caches with a query entity, which
 * {@code memory} and {@code vector} have. Until {@link #attach}, no index exists and changes (the
 * replay of the WAL at start) need not be carried anywhere.
 */
@IgniteSpiMultipleInstancesSupport(true)
public final class SliceIndexingSpi extends IgniteSpiAdapter implements IndexingSpi {
  private static final String MEMORY = CacheName.MEMORY.cache();
  private static final String VECTOR = CacheName.VECTOR.cache();

  private volatile @Nullable SliceChanges changes;

  /** From now on changes reach these indexes; called before any of them is built. */
  public void attach(SliceIndexes indexes) {
    this.changes = indexes.changes();
  }

  @Override
  public void store(@Nullable String cacheName, Object key, Object value, long expirationTime) {
    SliceChanges target = changes;
    if (target != null && isIndexed(cacheName)) {
      target.stored(key, value);
    }
  }

  @Override
  public void remove(@Nullable String cacheName, Object key) {
    SliceChanges target = changes;
    if (target != null && isIndexed(cacheName)) {
      target.removed(key);
    }
  }

  /** Searches go to {@link SliceIndexes}; Ignite's SPI queries find nothing. */
  @Override
  public Iterator<Cache.Entry<?, ?>> query(
      @Nullable String cacheName,
      Collection<Object> params,
      @Nullable IndexingQueryFilter filters) {
    return Collections.emptyIterator();
  }

  @Override
  public void spiStart(@Nullable String igniteInstanceName) {}

  @Override
  public void spiStop() {
    changes = null;
  }

  private static boolean isIndexed(@Nullable String cacheName) {
    return MEMORY.equals(cacheName) || VECTOR.equals(cacheName);
  }
}
