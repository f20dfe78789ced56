package io.rekindle.node.index;

import io.rekindle.node.model.MemoryId;
import java.util.Comparator;

/**
 * Where a memory stands in the order of a list, newest first: by time of creation, then by id, both
 * descending.
 *
 * @param createdAtMicros microseconds since the epoch, UTC
 */
public record RowPosition(long createdAtMicros, MemoryId memoryId)
    implements Comparable<RowPosition> {
  private static final Comparator<RowPosition> NEWEST_FIRST =
      Comparator.comparingLong(RowPosition::createdAtMicros)
          .thenComparing(RowPosition::memoryId)
          .reversed();

  /** Negative when this one is newer, and so comes first. */
  @Override
  public int compareTo(RowPosition other) {
    return NEWEST_FIRST.compare(this, other);
  }
}
