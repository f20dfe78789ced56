package io.rekindle.node.storage.row;

import io.rekindle.node.model.AccessStats;

/** How often a memory was returned, and when last. */
public final class AccessRow {
  static final byte FORMAT = 1;

  private final byte format;
  private final long accessCount;
  private final long lastAccessedAtMicros;

  public AccessRow(long accessCount, long lastAccessedAtMicros) {
    this.format = FORMAT;
    this.accessCount = accessCount;
    this.lastAccessedAtMicros = lastAccessedAtMicros;
  }

  /** This and more accesses; the later time counts. */
  public AccessRow plus(long count, long atMicros) {
    return new AccessRow(accessCount + count, Math.max(lastAccessedAtMicros, atMicros));
  }

  /** As above, of another row. */
  public AccessRow plus(AccessRow other) {
    return plus(other.accessCount, other.lastAccessedAtMicros);
  }

  public AccessStats stats() {
    Formats.requireKnown(format, FORMAT);
    return new AccessStats(accessCount, Micros.toInstant(lastAccessedAtMicros));
  }
}
