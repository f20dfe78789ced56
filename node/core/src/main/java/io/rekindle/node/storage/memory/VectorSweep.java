package io.rekindle.node.storage.memory;

import io.rekindle.node.access.Pass;
import io.rekindle.node.model.EmbeddingModelId;
import io.rekindle.node.model.EmbeddingStatus;
import io.rekindle.node.model.MemoryColumns;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.storage.VectorStore.SweepResult;
import io.rekindle.node.storage.row.AccessRow;
import io.rekindle.node.storage.row.CacheName;
import io.rekindle.node.storage.row.Caches;
import io.rekindle.node.storage.row.DigestKey;
import io.rekindle.node.storage.row.MemoryKey;
import io.rekindle.node.storage.row.MemoryRow;
import io.rekindle.node.storage.row.RowPartners;
import io.rekindle.node.storage.row.Transactions;
import io.rekindle.node.storage.row.UniqueRow;
import io.rekindle.node.storage.row.VectorKey;
import io.rekindle.node.storage.row.VectorRow;
import java.util.List;
import java.util.function.BooleanSupplier;
import javax.cache.Cache;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteCache;
import org.apache.ignite.cache.query.QueryCursor;
import org.apache.ignite.cache.query.ScanQuery;
import org.apache.ignite.cluster.ClusterNode;
import org.jspecify.annotations.Nullable;

/**
 * Mends what transactions should make impossible: rows without their vectors and the reverse. What
 * a scan suspects is decided again under the row's lock.
 */
final class VectorSweep {
  private final Ignite ignite;
  private final Caches caches;
  private final Transactions transactions;
  private final NamespacesById namespaces;
  private final RecordCleanup cleanup;
  private final BooleanSupplier searchesWait;

  /**
   * @param searchesWait whether searches wait for an index, which comes first
   */
  VectorSweep(
      Ignite ignite,
      Caches caches,
      Transactions transactions,
      NamespacesById namespaces,
      BooleanSupplier searchesWait) {
    this.searchesWait = searchesWait;
    this.namespaces = namespaces;
    this.cleanup = new RecordCleanup(caches, transactions);
    this.ignite = ignite;
    this.caches = caches;
    this.transactions = transactions;
  }

  SweepResult sweep(Pass pass, int partition) {
    DueMemories.requireSystem(pass);
    if (namespaces.avoidedPartitions().contains(partition) || !isHere(partition)) {
      return new SweepResult(0, 0);
    }
    GiveWay way = new GiveWay(searchesWait);
    return new SweepResult(requeue(partition, way), removeOrphans(partition, way));
  }

  private boolean isHere(int partition) {
    // Nobody has a partition that is lost.
    ClusterNode owner = ignite.affinity(CacheName.MEMORY.cache()).mapPartitionToNode(partition);
    return owner != null && owner.isLocal();
  }

  private int requeue(int partition, GiveWay way) {
    int requeued = 0;
    try (QueryCursor<Cache.Entry<MemoryKey, MemoryRow>> rows = scan(caches.memory(), partition)) {
      for (Cache.Entry<MemoryKey, MemoryRow> row : rows) {
        way.step();
        if (lacksVector(row.getKey(), row.getValue()) && requeue(row.getKey())) {
          requeued++;
        }
      }
    }
    return requeued;
  }

  private boolean requeue(MemoryKey key) {
    return transactions.run(
        () ->
            () -> {
              MemoryRow row = caches.memory().get(key);
              if (row == null || !lacksVector(key, row)) {
                return false;
              }
              caches.memory().put(key, row.with(EmbeddingStatus.PENDING, 0));
              return true;
            });
  }

  /** A vector that a caller brought can't be made again, so such a row stays as it is. */
  private boolean lacksVector(MemoryKey key, MemoryRow row) {
    MemoryColumns columns = row.columns(key.memoryId());
    if (!columns.hasEmbedding() || columns.embeddingModel().equals(EmbeddingModelId.EXTERNAL)) {
      return false;
    }
    int chunks = row.partners().chunks();
    for (int chunk = 0; chunk < chunks; chunk++) {
      VectorRow vector = caches.vector().get(new VectorKey(key, chunk));
      if (vector == null || vector.contentVersion() != columns.contentVersion()) {
        return true;
      }
    }
    return chunks == 0;
  }

  private int removeOrphans(int partition, GiveWay way) {
    int removed = 0;
    try (QueryCursor<Cache.Entry<VectorKey, VectorRow>> vectors =
        scan(caches.vector(), partition)) {
      for (Cache.Entry<VectorKey, VectorRow> vector : vectors) {
        way.step();
        VectorKey key = vector.getKey();
        if (!owns(caches.memory().get(key.memoryKey()), key) && removeOrphan(key)) {
          removed++;
        }
      }
    }
    try (QueryCursor<Cache.Entry<MemoryKey, AccessRow>> counts =
        scan(caches.accessCount(), partition)) {
      for (Cache.Entry<MemoryKey, AccessRow> count : counts) {
        MemoryKey key = count.getKey();
        if (!caches.memory().containsKey(key) && caches.accessCount().remove(key)) {
          removed++;
        }
      }
    }
    return removed + removeDangling(partition);
  }

  /** Uniqueness records whose memory is gone: they count for nothing, but they are kept bytes. */
  private int removeDangling(int partition) {
    int removed = 0;
    try (QueryCursor<Cache.Entry<DigestKey, UniqueRow>> records =
        scan(caches.uniqueKey(), partition)) {
      for (Cache.Entry<DigestKey, UniqueRow> record : records) {
        Namespace namespace = namespaces.find(record.getKey().slice().namespace());
        MemoryId id = record.getValue().memoryId();
        if (namespace != null && !caches.memory().containsKey(MemoryView.key(namespace, id))) {
          cleanup.run(
              namespace,
              MemoryView.key(namespace, id),
              new RowPartners(null, 0, List.of(record.getKey().digest()), List.of()));
          removed++;
        }
      }
    }
    return removed;
  }

  private boolean removeOrphan(VectorKey key) {
    return transactions.run(
        () ->
            () -> !owns(caches.memory().get(key.memoryKey()), key) && caches.vector().remove(key));
  }

  /** Whether a row claims this chunk. */
  private static boolean owns(@Nullable MemoryRow row, VectorKey key) {
    return row != null && key.chunk() < row.partners().chunks();
  }

  private static <K, V> QueryCursor<Cache.Entry<K, V>> scan(
      IgniteCache<K, V> cache, int partition) {
    ScanQuery<K, V> query = new ScanQuery<>(partition);
    query.setLocal(true);
    return cache.query(query);
  }
}
