package io.rekindle.node.storage.row;

import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.SliceId;
import java.util.UUID;

/** The key of one chunk's vector; chunks count from 0. */
public final class VectorKey implements SliceKey {
  private final UUID slice;
  private final UUID memoryId;
  private final int chunk;

  public VectorKey(MemoryKey memory, int chunk) {
    this.slice = memory.slice().value();
    this.memoryId = memory.memoryId().value();
    this.chunk = chunk;
  }

  @Override
  public SliceId slice() {
    return new SliceId(slice);
  }

  public MemoryId memoryId() {
    return new MemoryId(memoryId);
  }

  public int chunk() {
    return chunk;
  }

  public MemoryKey memoryKey() {
    return new MemoryKey(slice(), memoryId());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof VectorKey that
        && slice.equals(that.slice)
        && memoryId.equals(that.memoryId)
        && chunk == that.chunk;
  }

  @Override
  public int hashCode() {
    return 31 * (31 * slice.hashCode() + memoryId.hashCode()) + chunk;
  }
}
