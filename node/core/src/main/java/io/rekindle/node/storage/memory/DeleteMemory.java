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
import io.rekindle.node.storage.row.DigestKey;
import io.rekindle.node.storage.row.MemoryKey;
import io.rekindle.node.storage.row.MemoryRow;
import io.rekindle.node.storage.row.Micros;
import io.rekindle.node.storage.row.RowPartners;
import io.rekindle.node.storage.row.Transactions;
import io.rekindle.node.storage.row.VectorKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Deletes a memory with everything that was written for it, in one transaction. */
final class DeleteMemory {
  private final Caches caches;
  private final Transactions transactions;
  private final MemoryView view;
  private final Replays replays;

  DeleteMemory(Caches caches, Transactions transactions, MemoryView view, Replays replays) {
    this.caches = caches;
    this.transactions = transactions;
    this.view = view;
    this.replays = replays;
  }

  /** What must hold of the row under its lock; throws when the caller is to be refused. */
  @FunctionalInterface
  private interface Condition {
    void check(@Nullable MemoryRow row);
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
        row -> checkVersion(expectedVersion, view.get(namespace, key, row, rowFilter)));
  }

  /** Removes a row whose time is over, so that another may take its place; false if it is not. */
  boolean expire(Namespace namespace, MemoryKey key, MemoryRow row) {
    if (!row.expiredAt(Micros.of(view.now()))) {
      return false;
    }
    remove(namespace, key, null, _ -> {});
    return true;
  }

  /** Removes a row whatever it is: its namespace goes. */
  void removeWithNamespace(Namespace namespace, MemoryKey key) {
    remove(namespace, key, null, _ -> {});
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

  private void remove(
      Namespace namespace, MemoryKey key, @Nullable Replay replay, Condition condition) {
    transactions.run(
        () -> {
          MemoryRow seen = caches.memory().get(key);
          RowPartners partners = seen == null ? RowPartners.NONE : seen.partners();
          return () -> attempt(namespace, key, partners, replay, condition);
        });
  }

  private @Nullable Boolean attempt(
      Namespace namespace,
      MemoryKey key,
      RowPartners seen,
      @Nullable Replay replay,
      Condition condition) {
    List<DigestKey> unique = keys(namespace, seen.uniqueDigests());
    List<DigestKey> idempotency = new ArrayList<>(keys(namespace, seen.idempotencyDigests()));
    if (replay != null) {
      idempotency.add(replay.key());
    }
    SliceLocks locks = new SliceLocks(caches, namespace);
    locks.lockDigests(idempotency, unique);
    if (replay != null && replay.earlierTarget(locks.replay(replay.key())) != null) {
      return true;
    }
    locks.lockRows(List.of(key));
    MemoryRow row = locks.row(key);
    if (row != null && !row.partners().sameDigests(seen)) {
      return null;
    }
    condition.check(row);
    if (row != null) {
      unique.stream()
          .filter(digest -> locks.isHolder(key, digest))
          .forEach(caches.uniqueKey()::remove);
      idempotency.forEach(caches.idempotency()::remove);
      removeRow(key, row);
    }
    if (replay != null) {
      caches.idempotency().put(replay.key(), replay.record(key.memoryId().value()));
    }
    return true;
  }

  private void removeRow(MemoryKey key, MemoryRow row) {
    caches.memory().remove(key);
    for (int chunk = 0; chunk < row.partners().chunks(); chunk++) {
      caches.vector().remove(new VectorKey(key, chunk));
    }
    caches.accessCount().remove(key);
  }

  private static List<DigestKey> keys(Namespace namespace, List<byte[]> digests) {
    return digests.stream()
        .map(digest -> SealedMemories.key(namespace, Objects.requireNonNull(digest)))
        .toList();
  }
}
