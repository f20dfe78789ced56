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
import io.rekindle.node.model.NamespaceId;
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
import io.rekindle.node.storage.row.SliceOwners;
import io.rekindle.node.storage.row.Transactions;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import org.apache.ignite.cache.query.IndexQueryCriterion;
import org.jspecify.annotations.Nullable;

/** Finds what background work is due, by Ignite's indexes on status and time; on this node. */
final class DueMemories {
  private static final long BEGINNING_MICROS = 1;

  private final Caches caches;
  private final Transactions transactions;
  private final NamespacesById namespaces;
  private final InstantSource clock;
  private final SliceOwners owners;

  DueMemories(
      Caches caches, Transactions transactions, NamespacesById namespaces, InstantSource clock) {
    this.caches = caches;
    this.transactions = transactions;
    this.namespaces = namespaces;
    this.clock = clock;
    this.owners = SliceOwners.of(caches);
  }

  List<ExpiredMemory> findExpired(Pass pass, @Nullable ExpiredMemory after, int limit) {
    requireSystem(pass);
    IndexScan<MemoryKey, MemoryRow> rows = rows(Columns.EXPIRES_AT);
    List<ExpiredMemory> expired = new ArrayList<>();
    scan(
        rows,
        after == null ? Stretch.whole(untilNow()) : expiredBehind(rows, after),
        (key, row) -> {
          Namespace namespace = namespaces.find(key.slice().namespace());
          Instant expiresAt = row.expiresAt();
          if (namespace != null && expiresAt != null) {
            expired.add(new ExpiredMemory(namespace, key.memoryId(), row.version(), expiresAt));
          }
          return expired.size() < limit;
        });
    return expired;
  }

  /** The rest of what expired in the same microsecond, then what expired later. */
  private Stretch<MemoryKey> expiredBehind(
      IndexScan<MemoryKey, MemoryRow> rows, ExpiredMemory after) {
    MemoryKey last = MemoryView.key(after.namespace(), after.memoryId());
    long time = Micros.of(after.expiresAt());
    long later = time + 1;
    return new Stretch<>(
        untilNow(),
        last,
        List.of(
            List.of(eq(Columns.EXPIRES_AT, time), rows.behind(last)),
            List.of(
                between(Columns.EXPIRES_AT, later, Math.max(later, Micros.of(clock.instant()))))));
  }

  boolean visitPending(
      Pass pass,
      EmbeddingStatus status,
      @Nullable PendingMemory after,
      Predicate<PendingMemory> visitor) {
    requireSystem(pass);
    IndexScan<MemoryKey, MemoryRow> rows = rows(Columns.EMBEDDING_STATUS);
    Map<NamespaceId, Boolean> locked = new HashMap<>();
    IndexQueryCriterion ofStatus = eq(Columns.EMBEDDING_STATUS, Codes.of(status));
    return scan(
        rows,
        after == null ? Stretch.whole(List.of(ofStatus)) : pendingBehind(rows, ofStatus, after),
        (key, row) -> {
          Namespace namespace = namespaces.find(key.slice().namespace());
          MemoryColumns columns = row.columns(key.memoryId());
          return namespace == null
              || columns.expiredAt(clock.instant())
              || visitor.test(
                  new PendingMemory(
                      namespace,
                      columns.memoryId(),
                      columns.updatedAt(),
                      status,
                      row.failedAt(),
                      locked.computeIfAbsent(namespace.id(), _ -> namespaces.isLocked(namespace))));
        });
  }

  private static Stretch<MemoryKey> pendingBehind(
      IndexScan<MemoryKey, MemoryRow> rows, IndexQueryCriterion ofStatus, PendingMemory after) {
    MemoryKey last = MemoryView.key(after.namespace(), after.memoryId());
    return new Stretch<>(List.of(ofStatus), last, List.of(List.of(ofStatus, rows.behind(last))));
  }

  int dropExpiredIdempotency(Pass pass, int limit) {
    requireSystem(pass);
    List<DigestKey> due = new ArrayList<>();
    scan(
        new IndexScan<>(
            caches.idempotency(), DigestKey.class, IdempotencyRow.class, Columns.EXPIRES_AT),
        Stretch.whole(untilNow()),
        (key, _) -> {
          due.add(key);
          return due.size() < limit;
        });
    int dropped = 0;
    RuntimeException failure = null;
    for (DigestKey key : due) {
      try {
        dropped += dropIfExpired(key) ? 1 : 0;
      } catch (RuntimeException e) {
        // It keeps no other back; a round that drops nothing tells of it.
        failure = e;
      }
    }
    if (failure != null && dropped == 0) {
      throw failure;
    }
    return dropped;
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

  /**
   * What a scan reads.
   *
   * @param whole all there is of it
   * @param last the key that it goes on behind; null to begin
   * @param behind what lies behind that key, in the order of the index
   */
  private record Stretch<K>(
      List<IndexQueryCriterion> whole, @Nullable K last, List<List<IndexQueryCriterion>> behind) {
    static <K> Stretch<K> whole(List<IndexQueryCriterion> criteria) {
      return new Stretch<>(criteria, null, List.of(criteria));
    }
  }

  /**
   * Of all partitions at once, unless some must not be touched: then of one after the other.
   *
   * @return whether the visitor said false
   */
  private <K, V> boolean scan(IndexScan<K, V> scan, Stretch<K> stretch, BiPredicate<K, V> visitor) {
    Set<Integer> avoided = namespaces.avoidedPartitions();
    if (avoided.isEmpty()) {
      return stretch.behind().stream().anyMatch(range -> scan.run(range, visitor));
    }
    int first = stretch.last() == null ? 0 : scan.partition(stretch.last());
    for (int partition = first; partition < CacheConfigurations.SLICE_PARTITIONS; partition++) {
      int number = partition;
      List<List<IndexQueryCriterion>> ranges =
          number == first ? stretch.behind() : List.of(stretch.whole());
      if (!avoided.contains(number)
          // A query that names its partition would give what is here as a backup, too.
          && owners.isHere(number)
          && ranges.stream().anyMatch(range -> scan.run(range, number, visitor))) {
        return true;
      }
    }
    return false;
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
