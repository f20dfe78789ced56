package io.rekindle.node.storage.row;

/** A counter that only grows. */
public final class EpochRow {
  static final byte FORMAT = 1;

  private final byte format;
  private final long epoch;

  public EpochRow(long epoch) {
    this.format = FORMAT;
    this.epoch = epoch;
  }

  public long epoch() {
    Formats.requireKnown(format, FORMAT);
    return epoch;
  }
}
