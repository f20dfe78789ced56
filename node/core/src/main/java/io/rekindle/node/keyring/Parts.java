package io.rekindle.node.keyring;

import java.nio.ByteBuffer;
import java.util.UUID;

/** Joins byte strings so that no two lists of parts give the same bytes. */
final class Parts {
  private Parts() {}

  static byte[] of(UUID id) {
    return ByteBuffer.allocate(16)
        .putLong(id.getMostSignificantBits())
        .putLong(id.getLeastSignificantBits())
        .array();
  }

  /** Each part after its length as four bytes, most significant first. */
  static byte[] join(byte[]... parts) {
    int bytes = 0;
    for (byte[] part : parts) {
      bytes = Math.addExact(bytes, Integer.BYTES + part.length);
    }
    ByteBuffer joined = ByteBuffer.allocate(bytes);
    for (byte[] part : parts) {
      joined.putInt(part.length).put(part);
    }
    return joined.array();
  }
}
