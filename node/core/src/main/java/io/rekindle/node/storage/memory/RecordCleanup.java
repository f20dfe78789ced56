package io.rekindle.node.storage.memory;

import io.rekindle.node.model.Namespace;
import io.rekindle.node.storage.row.Caches;
import io.rekindle.node.storage.row.DigestKey;
import io.rekindle.node.storage.row.IdempotencyRow;
import io.rekindle.node.storage.row.MemoryKey;
import io.rekindle.node.storage.row.MemoryRow;
import io.rekindle.node.storage.row.RowPartners;
import io.rekindle.node.storage.row.Transactions;
import java.util.List;

/**
 * Removes uniqueness and idempotency records that no row stands behind any more.
 *
 * <p>A transaction of its own, after the one that changed the row: Ignite writes entries in the
 * order in which they were locked, records are locked first, and a kill between the two must leave
 * a record without its row (which counts for nothing), never a row without its record.
 */
final class RecordCleanup {
  private final Caches caches;
  private final Transactions transactions;

  RecordCleanup(Caches caches, Transactions transactions) {
    this.caches = caches;
    this.transactions = transactions;
  }

  /** Removes what {@code before} names, except for what the row as it now is relies on. */
  void run(Namespace namespace, MemoryKey key, RowPartners before) {
    List<DigestKey> unique = keys(namespace, before.uniqueDigests());
    List<DigestKey> replays = keys(namespace, before.idempotencyDigests());
    if (!unique.isEmpty() || !replays.isEmpty()) {
      transactions.run(() -> () -> remove(namespace, key, unique, replays));
    }
  }

  private Boolean remove(
      Namespace namespace, MemoryKey key, List<DigestKey> unique, List<DigestKey> replays) {
    SliceLocks locks = new SliceLocks(caches, namespace);
    locks.lockDigests(replays, unique);
    locks.lockRows(List.of(key));
    MemoryRow row = locks.row(key);
    RowPartners now = row == null ? RowPartners.NONE : row.partners();
    for (DigestKey digest : unique) {
      if (locks.isHolder(key, digest) && !now.claims(digest.digest())) {
        caches.uniqueKey().remove(digest);
      }
    }
    for (DigestKey digest : replays) {
      IdempotencyRow record = locks.replay(digest);
      if (record != null
          && record.targetId().equals(key.memoryId().value())
          && !now.remembers(digest.digest())) {
        caches.idempotency().remove(digest);
      }
    }
    return true;
  }

  private static List<DigestKey> keys(Namespace namespace, List<byte[]> digests) {
    return digests.stream().map(digest -> SealedMemories.key(namespace, digest)).toList();
  }
}
