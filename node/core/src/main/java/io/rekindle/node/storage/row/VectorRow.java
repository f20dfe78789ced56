package io.rekindle.node.storage.row;

import io.rekindle.node.model.ChunkSpan;
import org.jspecify.annotations.Nullable;

/**
 * The vector of one chunk, sealed. Since format 2 it says where its chunk lies; not where there is
 * one chunk, which is the whole content.
 */
public final class VectorRow {
  static final byte FORMAT = 2;

  private static final byte FIRST_WITH_SPAN = 2;
  private static final int NOWHERE = -1;

  private final byte format;
  private final long contentVersion;
  private final int start;
  private final int end;
  private final byte[] sealed;

  /**
   * Wraps what was sealed.
   *
   * @param contentVersion of the row that the vector was made for
   * @param span of the chunk; null where it is the only one
   * @param sealed the envelope of {@link VectorCodec}'s bytes; not copied
   */
  public VectorRow(long contentVersion, @Nullable ChunkSpan span, byte[] sealed) {
    this.format = FORMAT;
    this.contentVersion = contentVersion;
    this.start = span == null ? NOWHERE : span.start();
    this.end = span == null ? NOWHERE : span.end();
    this.sealed = sealed;
  }

  public long contentVersion() {
    return contentVersion;
  }

  /**
   * Where the chunk lies, or null when the row does not say so.
   *
   * @param chunk as in the row's key
   */
  public @Nullable ChunkSpan span(int chunk) {
    Formats.requireKnown(format, FORMAT);
    return format < FIRST_WITH_SPAN || start == NOWHERE ? null : new ChunkSpan(chunk, start, end);
  }

  /** Not copied. */
  public byte[] sealed() {
    Formats.requireKnown(format, FORMAT);
    return sealed;
  }
}
