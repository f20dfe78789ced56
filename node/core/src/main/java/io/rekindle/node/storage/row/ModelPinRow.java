package io.rekindle.node.storage.row;

/** The fingerprint of an embedding model on disk; its key says which model. */
public final class ModelPinRow {
  static final byte FORMAT = 1;

  private final byte format;
  private final String fingerprint;

  public ModelPinRow(String fingerprint) {
    this.format = FORMAT;
    this.fingerprint = fingerprint;
  }

  public String fingerprint() {
    Formats.requireKnown(format, FORMAT);
    return fingerprint;
  }
}
