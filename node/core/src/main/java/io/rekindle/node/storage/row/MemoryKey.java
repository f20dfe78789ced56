package io.rekindle.node.storage.row;

import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.SliceId;
import java.util.UUID;

/** The key of a memory, and of its access counts. */
public final class MemoryKey implements SliceKey {
  private final UUID slice;
  private final UUID memoryId;

  public MemoryKey(SliceId slice, MemoryId memoryId) {
    this.slice = slice.value();
    this.memoryId = memoryId.value();
  }

  @Override
  public SliceId slice() {
    return new SliceId(slice);
  }

  public MemoryId memoryId() {
    return new MemoryId(memoryId);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof MemoryKey that
        && slice.equals(that.slice)
        && memoryId.equals(that.memoryId);
  }

  @Override
  public int hashCode() {
    return 31 * slice.hashCode() + memoryId.hashCode();
  }
}
