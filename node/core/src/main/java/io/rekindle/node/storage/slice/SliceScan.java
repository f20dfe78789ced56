package io.rekindle.node.storage.slice;

import static org.apache.ignite.cache.query.IndexQueryCriteriaBuilder.eq;

import io.rekindle.node.index.SliceBuild;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.SliceId;
import io.rekindle.node.storage.row.Caches;
import io.rekindle.node.storage.row.Columns;
import io.rekindle.node.storage.row.MemoryKey;
import io.rekindle.node.storage.row.MemoryRow;
import io.rekindle.node.storage.row.SliceKey;
import io.rekindle.node.storage.row.VectorKey;
import io.rekindle.node.storage.row.VectorRow;
import java.util.Set;
import javax.cache.Cache;
import org.apache.ignite.IgniteCache;
import org.apache.ignite.cache.query.IndexQuery;
import org.apache.ignite.cache.query.QueryCursor;

/** Reads the rows and vectors of one slice by Ignite's index on it, never a whole partition. */
public final class SliceScan {
  private final Caches caches;
  private final SliceReader reader;
  private final RecentChanges recent;

  SliceScan(Caches caches, SliceReader reader, RecentChanges recent) {
    this.caches = caches;
    this.reader = reader;
    this.recent = recent;
  }

  /** Fills a build; the slice is registered for live changes before this is called. */
  void fill(SliceBuild build, Namespace namespace, SliceId slice) {
    Set<SliceKey> unsettled = recent.of(slice);
    try (QueryCursor<Cache.Entry<MemoryKey, MemoryRow>> rows =
        entries(caches.memory(), MemoryRow.class, slice)) {
      for (Cache.Entry<MemoryKey, MemoryRow> row : rows) {
        if (!unsettled.contains(row.getKey())) {
          build.putRow(reader.row(namespace, row.getKey(), row.getValue()));
        }
      }
    }
    try (QueryCursor<Cache.Entry<VectorKey, VectorRow>> vectors =
        entries(caches.vector(), VectorRow.class, slice)) {
      for (Cache.Entry<VectorKey, VectorRow> vector : vectors) {
        if (!unsettled.contains(vector.getKey())) {
          putVector(build, vector.getKey(), vector.getValue());
        }
      }
    }
    for (SliceKey key : unsettled) {
      settle(build, namespace, key);
    }
  }

  /** The cache itself was changed before the index, so it knows the truth of these keys. */
  private void settle(SliceBuild build, Namespace namespace, SliceKey key) {
    if (key instanceof MemoryKey memory) {
      MemoryRow row = caches.memory().get(memory);
      if (row != null) {
        build.putRow(reader.row(namespace, memory, row));
      }
    } else if (key instanceof VectorKey vector) {
      VectorRow row = caches.vector().get(vector);
      if (row != null) {
        putVector(build, vector, row);
      }
    }
  }

  private void putVector(SliceBuild build, VectorKey key, VectorRow row) {
    build.putVector(key.memoryId(), key.chunk(), row.contentVersion(), reader.vector(key, row));
  }

  /** The entries of one slice on this node; for caches with an index on it. */
  public static <K, V> QueryCursor<Cache.Entry<K, V>> entries(
      IgniteCache<K, V> cache, Class<V> type, SliceId slice) {
    IndexQuery<K, V> query = new IndexQuery<>(type, Columns.SLICE);
    query.setCriteria(eq(Columns.SLICE, slice.value())).setLocal(true);
    return cache.query(query);
  }
}
