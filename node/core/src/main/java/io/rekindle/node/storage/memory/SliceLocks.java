package io.rekindle.node.storage.memory;

import io.rekindle.node.model.Namespace;
import io.rekindle.node.storage.row.Caches;
import io.rekindle.node.storage.row.DigestKey;
import io.rekindle.node.storage.row.IdempotencyRow;
import io.rekindle.node.storage.row.MemoryKey;
import io.rekindle.node.storage.row.MemoryRow;
import io.rekindle.node.storage.row.UniqueRow;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Takes the locks of one transaction in the one order, and keeps what was read under them. Used
 * inside a transaction, by one thread: first the digests, then the rows.
 */
final class SliceLocks {
  static final Comparator<MemoryKey> ROW_ORDER =
      Comparator.comparing((MemoryKey key) -> key.slice().value())
          .thenComparing(MemoryKey::memoryId);

  private final Caches caches;
  private final Namespace namespace;
  private final Map<DigestKey, IdempotencyRow> replays = new HashMap<>();
  private final Map<DigestKey, UniqueRow> unique = new HashMap<>();
  private final Map<MemoryKey, MemoryRow> rows = new HashMap<>();

  SliceLocks(Caches caches, Namespace namespace) {
    this.caches = caches;
    this.namespace = namespace;
  }

  /** Locks digests of both kinds together, by their bytes. */
  void lockDigests(Collection<DigestKey> idempotency, Collection<DigestKey> uniqueKeys) {
    SortedMap<DigestKey, Boolean> order = new TreeMap<>();
    idempotency.forEach(key -> order.put(key, true));
    uniqueKeys.forEach(key -> order.put(key, false));
    order.forEach(
        (key, isReplay) -> {
          if (isReplay) {
            putFound(replays, key, caches.idempotency().get(key));
          } else {
            putFound(unique, key, caches.uniqueKey().get(key));
          }
        });
  }

  /** Locks rows by key. */
  void lockRows(Collection<MemoryKey> keys) {
    List<MemoryKey> ordered = keys.stream().distinct().sorted(ROW_ORDER).toList();
    for (MemoryKey key : ordered) {
      putFound(rows, key, caches.memory().get(key));
    }
  }

  @Nullable IdempotencyRow replay(DigestKey key) {
    return replays.get(key);
  }

  /** The memory that a locked unique value points at, or null. */
  @Nullable MemoryKey holder(DigestKey key) {
    UniqueRow row = unique.get(key);
    return row == null ? null : MemoryView.key(namespace, row.memoryId());
  }

  /** Whether a locked unique value points at this memory. */
  boolean isHolder(MemoryKey key, DigestKey unique) {
    MemoryKey holder = holder(unique);
    return holder != null && holder.equals(key);
  }

  @Nullable MemoryRow row(MemoryKey key) {
    return rows.get(key);
  }

  private static <K, V> void putFound(Map<K, V> found, K key, @Nullable V value) {
    if (value != null) {
      found.put(key, value);
    }
  }
}
