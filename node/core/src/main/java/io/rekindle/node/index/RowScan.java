package io.rekindle.node.index;

import io.rekindle.node.model.MemoryId;
import java.util.List;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** One pass over the rows that a filter lets through: to count them, or to list the newest. */
final class RowScan {
  private final Blocks<RowBlock> rows;
  private final CompiledFilter filter;

  // The row just read.
  private long createdAt;
  private long high;
  private long low;

  RowScan(SliceTables tables, CompiledFilter filter) {
    this.rows = tables.rows();
    this.filter = filter;
  }

  long count() {
    long count = 0;
    int size = rows.size();
    for (int ordinal = 0; ordinal < size; ordinal++) {
      count += read(ordinal, Long.MAX_VALUE, Long.MIN_VALUE) ? 1 : 0;
    }
    return count;
  }

  /** The {@code limit} newest after {@code after}. */
  List<RowPosition> newest(@Nullable RowPosition after, int limit) {
    TreeSet<RowPosition> newest = new TreeSet<>();
    long latest = after == null ? Long.MAX_VALUE : after.createdAtMicros();
    long earliest = Long.MIN_VALUE;
    int size = rows.size();
    for (int ordinal = 0; ordinal < size; ordinal++) {
      if (!read(ordinal, latest, earliest)) {
        continue;
      }
      RowPosition position = new RowPosition(createdAt, new MemoryId(new UUID(high, low)));
      if ((after == null || position.compareTo(after) > 0) && newest.add(position)) {
        if (newest.size() > limit) {
          newest.pollLast();
        }
        earliest = newest.size() == limit ? newest.last().createdAtMicros() : earliest;
      }
    }
    return List.copyOf(newest);
  }

  /** Reads a row; whether it is there, was created between the two, and passes the filter. */
  private boolean read(int ordinal, long latest, long earliest) {
    RowBlock block = rows.of(ordinal);
    int slot = rows.slot(ordinal);
    for (int turn = 0; ; turn++) {
      int generation = block.generation(slot);
      if ((generation & 1) == 0) {
        createdAt = block.getLong(RowBlock.CREATED_AT, slot);
        high = block.getLong(RowBlock.ID_HIGH, slot);
        low = block.getLong(RowBlock.ID_LOW, slot);
        // The filter last: most rows of a later page are out by their time alone.
        boolean passes =
            block.getByte(RowBlock.STATE, slot) == RowBlock.PRESENT
                && createdAt <= latest
                && createdAt >= earliest
                && filter.test(block, slot);
        if (block.unchanged(slot, generation)) {
          return passes;
        }
      }
      Spin.once(turn);
    }
  }
}
