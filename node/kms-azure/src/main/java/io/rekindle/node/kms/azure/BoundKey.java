package io.rekindle.node.kms.azure;

import io.rekindle.node.kms.KeyManagementException;
import io.rekindle.node.kms.KeyManagementService.Probe;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * A key together with the associated data that it is bound to, as it is given to RSA-OAEP, which
 * knows no such data.
 *
 * <p>As bytes: 1, one byte of length and the key, SHA-256 of a name of this use, the data and the
 * key, each with its length.
 */
final class BoundKey {
  private static final byte FORMAT = 1;
  private static final int KEY_BYTES_MIN = 16;
  private static final int KEY_BYTES_MAX = 64;
  private static final int DIGEST_BYTES = 32;
  private static final byte[] USE =
      "rekindle azure key vault associated data".getBytes(StandardCharsets.US_ASCII);

  private BoundKey() {}

  /**
   * Joins both; the caller clears it.
   *
   * @param key 16 to 64 bytes
   */
  static byte[] join(byte[] key, byte[] associatedData) {
    if (key.length < KEY_BYTES_MIN || key.length > KEY_BYTES_MAX) {
      throw new IllegalArgumentException("a key has 16 to 64 bytes");
    }
    byte[] joined = new byte[2 + key.length + DIGEST_BYTES];
    ByteBuffer.wrap(joined)
        .put(FORMAT)
        .put((byte) key.length)
        .put(key)
        .put(digest(key, associatedData));
    return joined;
  }

  /**
   * The reverse of {@link #join}.
   *
   * @throws KeyManagementException with {@link Probe#OK} when the key was joined with other data,
   *     or this is no such key
   */
  static byte[] part(byte[] joined, byte[] associatedData) {
    int length = joined.length - 2 - DIGEST_BYTES;
    if (length < KEY_BYTES_MIN
        || length > KEY_BYTES_MAX
        || joined[0] != FORMAT
        || joined[1] != length) {
      throw foreign();
    }
    byte[] key = Arrays.copyOfRange(joined, 2, 2 + length);
    byte[] digest = Arrays.copyOfRange(joined, 2 + length, joined.length);
    if (!MessageDigest.isEqual(digest, digest(key, associatedData))) { // In constant time.
      Arrays.fill(key, (byte) 0);
      throw foreign();
    }
    return key;
  }

  private static byte[] digest(byte[] key, byte[] associatedData) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (byte[] part : new byte[][] {USE, associatedData, key}) {
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(part.length).flip());
        digest.update(part);
      }
      return digest.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private static KeyManagementException foreign() {
    return new KeyManagementException(
        Probe.OK, "not wrapped with this associated data, or damaged", null);
  }
}
