package io.rekindle.node.storage.row;

import io.rekindle.node.model.MemoryId;
import java.util.UUID;

/** Which memory holds a unique value. It counts only while that memory's row exists. */
public final class UniqueRow {
  static final byte FORMAT = 1;

  private final byte format;
  private final UUID memoryId;

  public UniqueRow(MemoryId memoryId) {
    this.format = FORMAT;
    this.memoryId = memoryId.value();
  }

  public MemoryId memoryId() {
    Formats.requireKnown(format, FORMAT);
    return new MemoryId(memoryId);
  }
}
