package io.rekindle.node.storage.row;

import io.rekindle.node.model.SliceId;
import java.util.Arrays;
import java.util.UUID;

/**
 * The key of an idempotency or uniqueness record: a keyed digest of 32 bytes, on the slice that it
 * hashes to. Locks on digests are taken in the order of the digests.
 */
public final class DigestKey implements SliceKey, Comparable<DigestKey> {
  private final UUID slice;
  private final byte[] digest;

  /** The array is not copied. */
  public DigestKey(SliceId slice, byte[] digest) {
    this.slice = slice.value();
    this.digest = digest;
  }

  @Override
  public SliceId slice() {
    return new SliceId(slice);
  }

  /** Not copied. */
  public byte[] digest() {
    return digest;
  }

  @Override
  public int compareTo(DigestKey other) {
    int order = Arrays.compareUnsigned(digest, other.digest);
    return order != 0 ? order : slice.compareTo(other.slice);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof DigestKey that
        && slice.equals(that.slice)
        && Arrays.equals(digest, that.digest);
  }

  @Override
  public int hashCode() {
    return 31 * slice.hashCode() + Arrays.hashCode(digest);
  }
}
