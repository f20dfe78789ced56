package io.rekindle.node.audit;

import io.rekindle.node.model.MemoryId;
import java.time.Instant;
import java.util.List;

/** What takes one sequence number in the chain. */
sealed interface ChainItem permits AuditRecord, ChainItem.Heartbeat, ChainItem.MemoryIds {
  /** Ids that one {@link MemoryIds} holds at most. */
  int IDS_PER_ITEM_MAX = 4_096;

  /**
   * A sign of life: whatever lies before it in the chain existed at {@code time}.
   *
   * @param count items of the chain before this one
   * @param hash the chain's hash before this item
   */
  record Heartbeat(Instant time, long count, Hash hash) implements ChainItem {}

  /** Part of the side list of a record with more ids than it shows; follows it directly. */
  record MemoryIds(List<MemoryId> ids) implements ChainItem {
    public MemoryIds {
      ids = List.copyOf(ids);
      if (ids.isEmpty() || ids.size() > IDS_PER_ITEM_MAX) {
        throw new IllegalArgumentException("a side list item holds 1 to 4096 ids");
      }
    }
  }
}
