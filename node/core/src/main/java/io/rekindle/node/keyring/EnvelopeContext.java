package io.rekindle.node.keyring;

import java.util.UUID;

/**
 * The place that a sealed value belongs to; it opens nowhere else.
 *
 * @param id the memory's id; the slice's for the key of a file; 128 bits of a keyed hash for values
 *     that have none
 * @param chunk the ordinal of a vector's text; 0 for the other kinds
 */
public record EnvelopeContext(Kind kind, UUID id, int chunk) {
  /** What is sealed; the code is authenticated and never changes. */
  public enum Kind {
    PAYLOAD(1),
    VECTOR(2),
    STATE(3),
    FILE_KEY(4);

    final byte code;

    Kind(int code) {
      this.code = (byte) code;
    }
  }

  public static EnvelopeContext payload(UUID memoryId) {
    return new EnvelopeContext(Kind.PAYLOAD, memoryId, 0);
  }

  public static EnvelopeContext vector(UUID memoryId, int chunk) {
    return new EnvelopeContext(Kind.VECTOR, memoryId, chunk);
  }

  /** Of the key of a file; the file says which one it is. */
  public static EnvelopeContext fileKey(UUID sliceId) {
    return new EnvelopeContext(Kind.FILE_KEY, sliceId, 0);
  }

  public static EnvelopeContext state(UUID idHash) {
    return new EnvelopeContext(Kind.STATE, idHash, 0);
  }
}
