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
import java.util.TreeMap;

/** The access counts in Ignite: batches of one transaction each, locked in the order of keys. */
public final class IgniteAccessCountStore implements AccessCountStore {
  private static final int BATCH = 64;

  private final Caches caches;
  private final Transactions transactions;

  public IgniteAccessCountStore(Caches caches, Transactions transactions) {
    this.caches = caches;
    this.transactions = transactions;
  }

  @Override
  public void add(Pass pass, Collection<AccessDelta> deltas) {
    TreeMap<MemoryKey, AccessRow> sums = new TreeMap<>(SliceLocks.ROW_ORDER);
    for (AccessDelta delta : deltas) {
      pass.check(Action.GET, delta.namespace().path());
      MemoryKey key = MemoryView.key(delta.namespace(), delta.memoryId());
      long at = Micros.of(delta.lastAccessedAt());
      sums.merge(key, new AccessRow(delta.count(), at), (sum, _) -> sum.plus(delta.count(), at));
    }
    List<Map.Entry<MemoryKey, AccessRow>> all = new ArrayList<>(sums.entrySet());
    for (int from = 0; from < all.size(); from += BATCH) {
      List<Map.Entry<MemoryKey, AccessRow>> batch =
          all.subList(from, Math.min(all.size(), from + BATCH));
      transactions.run(() -> () -> addBatch(batch));
    }
  }

  private Boolean addBatch(List<Map.Entry<MemoryKey, AccessRow>> batch) {
    for (Map.Entry<MemoryKey, AccessRow> entry : batch) {
      AccessRow before = caches.accessCount().get(entry.getKey());
      AccessRow added = entry.getValue();
      caches.accessCount().put(entry.getKey(), before == null ? added : before.plus(added));
    }
    return true;
  }
}
