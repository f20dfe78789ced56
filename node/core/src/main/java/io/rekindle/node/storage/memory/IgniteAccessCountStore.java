package io.rekindle.node.storage.memory;

import io.rekindle.node.access.Action;
import io.rekindle.node.access.Pass;
import io.rekindle.node.storage.AccessCountStore;
import io.rekindle.node.storage.row.AccessRow;
import io.rekindle.node.storage.row.Caches;
import io.rekindle.node.storage.row.MemoryKey;
import io.rekindle.node.storage.row.Micros;
import io.rekindle.node.storage.row.Transactions;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The access counts in Ignite: one transaction each call, locked in the order of keys, each row
 * before its count, so that none is written for a memory that goes. Right anywhere, and fast on the
 * node that owns the rows: elsewhere each lock is a message, and all wait for it who want the row.
 */
public final class IgniteAccessCountStore implements AccessCountStore {
  private final Caches caches;
  private final Transactions transactions;

  public IgniteAccessCountStore(Caches caches, Transactions transactions) {
    this.caches = caches;
    this.transactions = transactions;
  }

  @Override
  public Collection<List<AccessDelta>> byOwner(Pass pass, Collection<AccessDelta> deltas) {
    return deltas.isEmpty() ? List.of() : List.of(List.copyOf(deltas));
  }

  @Override
  public void add(Pass pass, Collection<AccessDelta> deltas) {
    if (deltas.size() > BATCH_MAX) {
      throw new IllegalArgumentException("too many access counts for one transaction");
    }
    TreeMap<MemoryKey, AccessRow> sums = new TreeMap<>(SliceLocks.ROW_ORDER);
    for (AccessDelta delta : deltas) {
      pass.check(Action.GET, delta.namespace().path());
      MemoryKey key = MemoryView.key(delta.namespace(), delta.memoryId());
      long at = Micros.of(delta.lastAccessedAt());
      sums.merge(key, new AccessRow(delta.count(), at), (sum, _) -> sum.plus(delta.count(), at));
    }
    transactions.run(() -> () -> addAll(sums));
  }

  /** The rows are locked first: a count must not outlive its memory, nor meet another's. */
  private Boolean addAll(SortedMap<MemoryKey, AccessRow> sums) {
    List<Map.Entry<MemoryKey, AccessRow>> alive = new ArrayList<>();
    for (Map.Entry<MemoryKey, AccessRow> entry : sums.entrySet()) {
      if (caches.memory().get(entry.getKey()) != null) {
        alive.add(entry);
      }
    }
    for (Map.Entry<MemoryKey, AccessRow> entry : alive) {
      AccessRow before = caches.accessCount().get(entry.getKey());
      AccessRow added = entry.getValue();
      caches.accessCount().put(entry.getKey(), before == null ? added : before.plus(added));
    }
    return true;
  }
}
