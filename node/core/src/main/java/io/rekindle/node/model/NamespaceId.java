package io.rekindle.node.model;

import java.util.UUID;

/**
 * The opaque id of a namespace: random, with its six lowest bits zero, so that id + ordinal is the
 * id of a slice.
 */
public record NamespaceId(UUID value) {
  private static final long ORDINAL_MASK = Limits.SLICES_MAX - 1L;

  public NamespaceId {
    if ((value.getLeastSignificantBits() & ORDINAL_MASK) != 0) {
      throw new IllegalArgumentException("the six lowest bits of a namespace id are zero");
    }
  }

  /** The namespace id nearest below any 128 bits, such as fresh random ones. */
  public static NamespaceId of(UUID bits) {
    return new NamespaceId(
        new UUID(bits.getMostSignificantBits(), bits.getLeastSignificantBits() & ~ORDINAL_MASK));
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
