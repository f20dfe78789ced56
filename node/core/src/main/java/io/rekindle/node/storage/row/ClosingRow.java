package io.rekindle.node.storage.row;

import java.util.UUID;

/** That a namespace is being deleted: by which delete, on which node. */
public final class ClosingRow {
  static final byte FORMAT = 1;

  private final byte format;
  private final UUID delete;
  private final UUID node;

  public ClosingRow(UUID delete, UUID node) {
    this.format = FORMAT;
    this.delete = delete;
    this.node = node;
  }

  public UUID delete() {
    Formats.requireKnown(format, FORMAT);
    return delete;
  }

  public UUID node() {
    Formats.requireKnown(format, FORMAT);
    return node;
  }
}
