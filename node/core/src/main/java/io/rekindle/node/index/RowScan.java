package io.rekindle.node.index;

import io.rekindle.node.model.MemoryId;
import java.util.BitSet;
import java.util.List;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** One pass over rows that a filter lets through: to count them or list the newest. */
final class RowScan {
  private final Blocks<RowBlock> rows;
  private final CompiledFilter filter;
  private final @Nullable BitSet candidates;

  private @Nullable ValueCounts values;

  // The row just read.
  private long createdAt;
  private long high;
  private long low;

  /**
   * @param candidates ordinals of all rows that may pass the filter, or null when any may
   */
  RowScan(SliceTables tables, CompiledFilter filter, @Nullable BitSet candidates) {
    this.rows = tables.rows();
    this.filter = filter;
    this.candidates = candidates;
  }

  /** The first ordinal from this one on that is to be looked at; below 0 when there is none. */
  private int next(int from, int size) {
    return candidates != null ? candidates.nextSetBit(from) : from < size ? from : -1;
  }

  long count() {
    long count = 0;
    int size = rows.size();
    for (int ordinal = next(0, size); ordinal >= 0; ordinal = next(ordinal + 1, size)) {
      count += read(ordinal, Long.MAX_VALUE, Long.MIN_VALUE) ? 1 : 0;
    }
    return count;
  }

  /** The texts of most rows in a column, at most {@code limit}. */
  List<ValueCount> countBy(TextColumn column, int limit) {
    ValueCounts counts = new ValueCounts(column);
    values = counts;
    int size = rows.size();
    for (int ordinal = next(0, size); ordinal >= 0; ordinal = next(ordinal + 1, size)) {
      if (read(ordinal, Long.MAX_VALUE, Long.MIN_VALUE)) {
        counts.count();
      }
    }
    return counts.most(limit);
  }

  /** The {@code limit} newest after {@code after}. */
  List<RowPosition> newest(@Nullable RowPosition after, int limit) {
    TreeSet<RowPosition> newest = new TreeSet<>();
    long latest = after == null ? Long.MAX_VALUE : after.createdAtMicros();
    long earliest = Long.MIN_VALUE;
    int size = rows.size();
    for (int ordinal = next(0, size); ordinal >= 0; ordinal = next(ordinal + 1, size)) {
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
        if (values != null) {
          values.look(block, slot);
        }
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
