package io.rekindle.node.storage.row;

import java.time.Instant;

/** When something was done last, by the clock of a node. */
public final class TimeRow {
  static final byte FORMAT = 1;

  private final byte format;
  private final long micros;

  public TimeRow(Instant time) {
    this.format = FORMAT;
    this.micros = Micros.of(time);
  }

  public Instant time() {
    Formats.requireKnown(format, FORMAT);
    return Micros.toInstant(micros);
  }
}
