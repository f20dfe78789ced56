package io.rekindle.node.storage.row;

import java.util.UUID;

/** What an idempotency key did, so that doing it again changes nothing. */
public final class IdempotencyRow {
  static final byte FORMAT = 1;

  private final byte format;
  private final byte[] requestDigest;
  private final UUID targetId;
  private final long expiresAtMicros;

  /**
   * A record as it is to be written.
   *
   * @param requestDigest keyed digest of the whole request; not copied
   * @param targetId the memory that was written, or the name digest's UUID of a state
   */
  public IdempotencyRow(byte[] requestDigest, UUID targetId, long expiresAtMicros) {
    this.format = FORMAT;
    this.requestDigest = requestDigest;
    this.targetId = targetId;
    this.expiresAtMicros = expiresAtMicros;
  }

  /** Not copied. */
  public byte[] requestDigest() {
    Formats.requireKnown(format, FORMAT);
    return requestDigest;
  }

  public UUID targetId() {
    return targetId;
  }

  public long expiresAtMicros() {
    return expiresAtMicros;
  }
}
