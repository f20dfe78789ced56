package io.rekindle.chaos.history;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * Digests of the parts of a value that one write puts together; an empty one is a part that was not
 * shown.
 */
public record Fingerprint(String content, String metadata, String vector) {
  private static final int DIGITS = 16;

  public static Fingerprint of(String content, String metadata, List<Float> vector) {
    return new Fingerprint(digest(content), digest(metadata), digest(vector));
  }

  /** Whether the parts that both show are the same. */
  public boolean agrees(Fingerprint other) {
    return agrees(content, other.content)
        && agrees(metadata, other.metadata)
        && agrees(vector, other.vector);
  }

  private static boolean agrees(String one, String other) {
    return one.isEmpty() || other.isEmpty() || one.equals(other);
  }

  private static String digest(String text) {
    return text.isEmpty() ? "" : digest(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String digest(List<Float> vector) {
    if (vector.isEmpty()) {
      return "";
    }
    ByteBuffer bytes = ByteBuffer.allocate(vector.size() * Float.BYTES);
    vector.forEach(bytes::putFloat);
    return digest(bytes.array());
  }

  private static String digest(byte[] bytes) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
      return HexFormat.of().formatHex(hash).substring(0, DIGITS);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
