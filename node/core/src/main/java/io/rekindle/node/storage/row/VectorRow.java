package io.rekindle.node.storage.row;

/** The vector of one chunk, sealed. */
public final class VectorRow {
  static final byte FORMAT = 1;

  private final byte format = FORMAT;
  private final long contentVersion;
  private final byte[] sealed;

  /**
   * Wraps what was sealed.
   *
   * @param contentVersion of the row that the vector was made for
   * @param sealed the envelope of {@link VectorCodec}'s bytes; not copied
   */
  public VectorRow(long contentVersion, byte[] sealed) {
    this.contentVersion = contentVersion;
    this.sealed = sealed;
  }

  public long contentVersion() {
    return contentVersion;
  }

  /** Not copied. */
  public byte[] sealed() {
    Formats.requireKnown(format, FORMAT);
    return sealed;
  }
}
