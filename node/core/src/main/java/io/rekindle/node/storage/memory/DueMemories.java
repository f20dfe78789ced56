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
import io.rekindle.node.storage.row.CacheConfigurations;
import io.rekindle.node.storage.row.Caches;
import io.rekindle.node.storage.row.Codes;
import io.rekindle.node.storage.row.Columns;
import io.rekindle.node.storage.row.DigestKey;
import io.rekindle.node.storage.row.IdempotencyRow;
import io.rekindle.node.storage.row.IndexScan;
import io.rekindle.node.storage.row.MemoryKey;
import io.rekindle.node.storage.row.MemoryRow;
import io.rekindle.node.storage.row.Micros;
import io.rekindle.node.storage.row.Transactions;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import org.apache.ignite.cache.query.IndexQueryCriterion;

/** Finds what background work is due, by Ignite's indexes on status and time; on this node. */
final class DueMemories {
  private static final long BEGINNING_MICROS = 1;

  private final Caches caches;
  private final Transactions transactions;
  private final NamespacesById namespaces;
  private final InstantSource clock;

  DueMemories(
      Caches caches, Transactions transactions, NamespacesById namespaces, InstantSource clock) {
    this.caches = caches;
    this.transactions = transactions;
    this.namespaces = namespaces;
    this.clock = clock;
  }

  List<ExpiredMemory> findExpired(Pass pass, int limit) {
    requireSystem(pass);
    List<ExpiredMemory> expired = new ArrayList<>();
    scan(
        rows(Columns.EXPIRES_AT),
        untilNow(),
        (key, row) -> {
          Namespace namespace = namespaces.find(key.slice().namespace());
          if (namespace != null) {
            expired.add(new ExpiredMemory(namespace, key.memoryId(), row.version()));
          }
          return expired.size() < limit;
        });
    return expired;
  }

  void visitPending(Pass pass, EmbeddingStatus status, Predicate<PendingMemory> visitor) {
    requireSystem(pass);
    scan(
        rows(Columns.EMBEDDING_STATUS),
        List.of(eq(Columns.EMBEDDING_STATUS, Codes.of(status))),
        (key, row) -> {
          Namespace namespace = namespaces.find(key.slice().namespace());
          MemoryColumns columns = row.columns(key.memoryId());
          return namespace == null
              || columns.expiredAt(clock.instant())
              || visitor.test(
                  new PendingMemory(namespace, columns.memoryId(), status, row.failedAt()));
        });
  }

  int dropExpiredIdempotency(Pass pass, int limit) {
    requireSystem(pass);
    List<DigestKey> due = new ArrayList<>();
    scan(
        new IndexScan<>(
            caches.idempotency(), DigestKey.class, IdempotencyRow.class, Columns.EXPIRES_AT),
        untilNow(),
        (key, _) -> {
          due.add(key);
          return due.size() < limit;
        });
    return (int) due.stream().filter(this::dropIfExpired).count();
  }

  /** Looks again under the lock: a record that was renewed meanwhile stays. */
  private boolean dropIfExpired(DigestKey key) {
    return transactions.run(
        () ->
            () -> {
              IdempotencyRow row = caches.idempotency().get(key);
              return row != null
                  && row.expiresAtMicros() <= Micros.of(clock.instant())
                  && caches.idempotency().remove(key);
            });
  }

  /** Of all partitions at once, unless some must not be touched. */
  private <K, V> void scan(
      IndexScan<K, V> scan, List<IndexQueryCriterion> criteria, BiPredicate<K, V> visitor) {
    Set<Integer> avoided = namespaces.avoidedPartitions();
    if (avoided.isEmpty()) {
      scan.run(criteria, visitor);
      return;
    }
    for (int partition = 0; partition < CacheConfigurations.SLICE_PARTITIONS; partition++) {
      if (!avoided.contains(partition) && scan.run(criteria, partition, visitor)) {
        return;
      }
    }
  }

  private IndexScan<MemoryKey, MemoryRow> rows(String index) {
    return new IndexScan<>(caches.memory(), MemoryKey.class, MemoryRow.class, index);
  }

  private List<IndexQueryCriterion> untilNow() {
    return List.of(between(Columns.EXPIRES_AT, BEGINNING_MICROS, Micros.of(clock.instant())));
  }

  /** Rows of all namespaces at once are for background work alone. */
  static void requireSystem(Pass pass) {
    if (!(pass instanceof SystemPass)) {
      throw new RekindleException(
          ErrorCode.PERMISSION_DENIED, "only the node's own background work may do this");
    }
  }
}
