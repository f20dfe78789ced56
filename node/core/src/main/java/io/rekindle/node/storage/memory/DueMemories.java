package io.rekindle.node.storage.memory;

import static org.apache.ignite.cache.query.IndexQueryCriteriaBuilder.between;
import static org.apache.ignite.cache.query.IndexQueryCriteriaBuilder.eq;

import io.rekindle.node.access.Pass;
import io.rekindle.node.access.SystemPass;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.EmbeddingStatus;
import io.rekindle.node.model.MemoryColumns;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.storage.ExpiredMemory;
import io.rekindle.node.storage.PendingMemory;
import io.rekindle.node.storage.row.Caches;
import io.rekindle.node.storage.row.Codes;
import io.rekindle.node.storage.row.Columns;
import io.rekindle.node.storage.row.DigestKey;
import io.rekindle.node.storage.row.IdempotencyRow;
import io.rekindle.node.storage.row.MemoryKey;
import io.rekindle.node.storage.row.MemoryRow;
import io.rekindle.node.storage.row.Micros;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import javax.cache.Cache;
import org.apache.ignite.IgniteCache;
import org.apache.ignite.cache.query.IndexQuery;
import org.apache.ignite.cache.query.IndexQueryCriterion;

/** Finds what background work is due, by Ignite's indexes on status and time; on this node. */
final class DueMemories {
  private static final long BEGINNING_MICROS = 1;

  private final Caches caches;
  private final NamespacesById namespaces;
  private final InstantSource clock;

  DueMemories(Caches caches, NamespacesById namespaces, InstantSource clock) {
    this.caches = caches;
    this.namespaces = namespaces;
    this.clock = clock;
  }

  List<ExpiredMemory> findExpired(Pass pass, int limit) {
    requireSystem(pass);
    List<ExpiredMemory> expired = new ArrayList<>();
    for (Cache.Entry<MemoryKey, MemoryRow> entry :
        find(caches.memory(), MemoryRow.class, Columns.EXPIRES_AT, untilNow(), limit)) {
      Namespace namespace = namespaces.find(entry.getKey().slice().namespace());
      if (namespace != null) {
        expired.add(
            new ExpiredMemory(namespace, entry.getKey().memoryId(), entry.getValue().version()));
      }
    }
    return expired;
  }

  List<PendingMemory> findPending(Pass pass, EmbeddingStatus status, int limit) {
    requireSystem(pass);
    IndexQueryCriterion waiting = eq(Columns.EMBEDDING_STATUS, Codes.of(status));
    List<PendingMemory> pending = new ArrayList<>();
    for (Cache.Entry<MemoryKey, MemoryRow> entry :
        find(caches.memory(), MemoryRow.class, Columns.EMBEDDING_STATUS, waiting, limit)) {
      Namespace namespace = namespaces.find(entry.getKey().slice().namespace());
      MemoryColumns columns = entry.getValue().columns(entry.getKey().memoryId());
      if (namespace != null && !columns.expiredAt(clock.instant())) {
        pending.add(new PendingMemory(namespace, columns.memoryId(), status, columns.updatedAt()));
      }
    }
    return pending;
  }

  int dropExpiredIdempotency(Pass pass, int limit) {
    requireSystem(pass);
    int dropped = 0;
    for (Cache.Entry<DigestKey, IdempotencyRow> entry :
        find(caches.idempotency(), IdempotencyRow.class, Columns.EXPIRES_AT, untilNow(), limit)) {
      // Compares the value: a record that was renewed meanwhile stays.
      if (caches.idempotency().remove(entry.getKey(), entry.getValue())) {
        dropped++;
      }
    }
    return dropped;
  }

  private IndexQueryCriterion untilNow() {
    return between(Columns.EXPIRES_AT, BEGINNING_MICROS, Micros.of(clock.instant()));
  }

  private static <K, V> List<Cache.Entry<K, V>> find(
      IgniteCache<K, V> cache, Class<V> type, String index, IndexQueryCriterion what, int limit) {
    IndexQuery<K, V> query = new IndexQuery<>(type, index);
    query.setCriteria(what).setLimit(limit).setLocal(true);
    return cache.query(query).getAll();
  }

  /** Rows of all namespaces at once are for background work alone. */
  static void requireSystem(Pass pass) {
    if (!(pass instanceof SystemPass)) {
      throw new RekindleException(
          ErrorCode.PERMISSION_DENIED, "only the node's own background work may do this");
    }
  }
}
