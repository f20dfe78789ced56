package io.rekindle.node.storage.memory;

import io.rekindle.node.access.Action;
import io.rekindle.node.access.Pass;
import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.IdempotencyKey;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.storage.row.Caches;
import io.rekindle.node.storage.row.MemoryKey;
import io.rekindle.node.storage.row.MemoryRow;
import io.rekindle.node.storage.row.Micros;
import io.rekindle.node.storage.row.RowPartners;
import io.rekindle.node.storage.row.Transactions;
import io.rekindle.node.storage.row.VectorKey;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Deletes a memory with everything that was written for it: the row with its vectors and counts in
 * one transaction, which decides, then the records that relied on it.
 */
final class DeleteMemory {
  private final Caches caches;
  private final Transactions transactions;
  private final MemoryView view;
  private final Replays replays;
  private final RecordCleanup cleanup;

  DeleteMemory(Caches caches, Transactions transactions, MemoryView view, Replays replays) {
    this.caches = caches;
    this.transactions = transactions;
    this.view = view;
    this.replays = replays;
    this.cleanup = new RecordCleanup(caches, transactions);
  }

  /** What must hold of the row under its lock, or it stays; throws to refuse the caller. */
  @FunctionalInterface
  private interface Condition {
    boolean holds(@Nullable MemoryRow row);
  }

  void delete(
      Pass pass,
      Namespace namespace,
      MemoryId id,
      @Nullable Long expectedVersion,
      @Nullable IdempotencyKey idempotencyKey,
      String lineage) {
    pass.check(Action.DELETE, namespace.path());
    Filter rowFilter = pass.rowFilter(namespace.path());
    MemoryKey key = MemoryView.key(namespace, id);
    RequestParts parts =
        new RequestParts().add("memory_id", id).add("expected_version", expectedVersion);
    Replay replay = replays.of(namespace, Action.DELETE.id(), idempotencyKey, lineage, parts);
    remove(
        namespace,
        key,
        replay,
        row -> {
          checkVersion(expectedVersion, view.get(namespace, key, row, rowFilter));
          return true;
        });
  }

  /** Removes a row whose time is over, so that another may take its place; false if it is not. */
  boolean expire(Namespace namespace, MemoryKey key, MemoryRow row) {
    if (!isOver(row)) {
      return false;
    }
    removeExpired(namespace, key);
    return true;
  }

  /** Removes what is there if its time is over; returns whether it did. */
  boolean removeExpired(Namespace namespace, MemoryKey key) {
    return remove(namespace, key, null, row -> row != null && isOver(row));
  }

  private boolean isOver(MemoryRow row) {
    return row.expiredAt(Micros.of(view.now()));
  }

  /** Removes a row whatever it is: its namespace goes, and takes all records together. */
  void removeWithNamespace(MemoryKey key) {
    transactions.run(() -> () -> attempt(key, null, _ -> true));
  }

  static void checkVersion(@Nullable Long expected, MemoryView.Opened opened) {
    long current = opened.columns().version();
    if (expected != null && expected != current) {
      throw new RekindleException(
          ErrorCode.VERSION_CONFLICT,
          "the memory has another version",
          Map.of("current_version", Long.toString(current)));
    }
  }

  private boolean remove(
      Namespace namespace, MemoryKey key, @Nullable Replay replay, Condition condition) {
    Removed removed = transactions.run(() -> () -> attempt(key, replay, condition));
    cleanup.run(namespace, key, removed.partners());
    return removed.any();
  }

  /** What the removed row had; nothing when no row was to go, or the delete was a replay. */
  private record Removed(boolean any, RowPartners partners) {
    static final Removed NOTHING = new Removed(false, RowPartners.NONE);
  }

  /**
   * Locks the row, its vectors and its counts, and last the record of this delete. No deadlock: the
   * records of deletes are taken by deletes only, and by none of them before a row.
   */
  private Removed attempt(MemoryKey key, @Nullable Replay replay, Condition condition) {
    MemoryRow row = caches.memory().get(key);
    if (replay != null && replay.earlierTarget(caches.idempotency().get(replay.key())) != null) {
      return Removed.NOTHING;
    }
    if (!condition.holds(row)) {
      return Removed.NOTHING;
    }
    if (replay != null) {
      caches.idempotency().put(replay.key(), replay.record(key.memoryId().value()));
    }
    if (row == null) {
      return Removed.NOTHING;
    }
    caches.memory().remove(key);
    for (int chunk = 0; chunk < row.partners().chunks(); chunk++) {
      caches.vector().remove(new VectorKey(key, chunk));
    }
    caches.accessCount().remove(key);
    return new Removed(true, row.partners());
  }
}
