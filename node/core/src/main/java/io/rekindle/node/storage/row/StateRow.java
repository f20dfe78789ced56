package io.rekindle.node.storage.row;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** An agent state on disk; its value is a sealed envelope. Immutable. */
public final class StateRow {
  static final byte FORMAT = 1;

  private final byte format;
  private final long version;
  private final long createdAtMicros;
  private final long updatedAtMicros;
  private final byte @Nullable [] subjectDigest;
  private final byte[] idempotencyDigests;
  private final byte[] value;

  /**
   * A state as it is to be written.
   *
   * @param idempotencyDigests of the newest records, which leave with the row
   * @param value sealed; arrays are not copied
   */
  public StateRow(
      long version,
      long createdAtMicros,
      long updatedAtMicros,
      byte @Nullable [] subjectDigest,
      List<byte[]> idempotencyDigests,
      byte[] value) {
    this.format = FORMAT;
    this.version = version;
    this.createdAtMicros = createdAtMicros;
    this.updatedAtMicros = updatedAtMicros;
    this.subjectDigest = subjectDigest;
    this.idempotencyDigests = Digests.encode(idempotencyDigests);
    this.value = value;
  }

  public long version() {
    return version;
  }

  public long createdAtMicros() {
    return createdAtMicros;
  }

  public long updatedAtMicros() {
    return updatedAtMicros;
  }

  public byte @Nullable [] subjectDigest() {
    return subjectDigest;
  }

  public List<byte[]> idempotencyDigests() {
    return Digests.decode(idempotencyDigests);
  }

  /** The sealed value; not copied. */
  public byte[] value() {
    Formats.requireKnown(format, FORMAT);
    return value;
  }
}
