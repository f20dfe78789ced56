package io.rekindle.node.storage.memory;

import io.rekindle.node.index.RowPosition;
import io.rekindle.node.index.SliceIndex;
import io.rekindle.node.model.Limits;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.SliceId;
import io.rekindle.node.storage.row.Caches;
import io.rekindle.node.storage.row.MemoryKey;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * The memories that pass the part of a filter that no index answers: found by opening the rows that
 * pass the rest, once a request. One thread.
 */
final class ResidualRows {
  private final Caches caches;
  private final MemoryView view;
  private final Map<SliceId, Set<MemoryId>> known = new HashMap<>();
  private long opened;

  ResidualRows(Caches caches, MemoryView view) {
    this.caches = caches;
    this.view = view;
  }

  /**
   * Those of one slice.
   *
   * @throws io.rekindle.node.error.RekindleException LIMIT_EXCEEDED when the request would open too
   *     many rows, of all slices together
   */
  Set<MemoryId> of(SliceQuery query, SliceIndex index) {
    Set<MemoryId> before = known.get(query.slice());
    if (before != null) {
      return before;
    }
    opened = query.countToOpen(index, opened);
    Set<MemoryId> passing = new LinkedHashSet<>();
    for (RowPosition row : index.select(query.answered(), null, Limits.FILTER_OPEN_ROWS_MAX)) {
      MemoryKey key = new MemoryKey(query.slice(), row.memoryId());
      if (view.find(query.namespace(), key, caches.memory().get(key), query.filter()) != null) {
        passing.add(row.memoryId());
      }
    }
    known.put(query.slice(), passing);
    return passing;
  }
}
