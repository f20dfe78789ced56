package io.rekindle.node.model;

import java.util.UUID;

/**
 * One slice of a namespace: the unit of affinity and of the index. Its 128 bits are the namespace
 * id with the slice's ordinal (0-63) in the six lowest bits, so that one column locates a row.
 */
public record SliceId(UUID value) {
  private static final long ORDINAL_MASK = Limits.SLICES_MAX - 1L;

  public static SliceId of(NamespaceId namespace, int ordinal) {
    if (ordinal < 0 || ordinal >= Limits.SLICES_MAX) {
      throw new IllegalArgumentException("a slice's ordinal is 0-63");
    }
    UUID id = namespace.value();
    return new SliceId(
        new UUID(id.getMostSignificantBits(), id.getLeastSignificantBits() | ordinal));
  }

  public NamespaceId namespace() {
    return NamespaceId.of(value);
  }

  public int ordinal() {
    return (int) (value.getLeastSignificantBits() & ORDINAL_MASK);
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
