package io.rekindle.node.audit;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;

/**
 * Reads what {@link BinaryWriter} wrote, never beyond the end and never allocating more than is
 * there: each surprise is DATA_CORRUPTED. Not thread-safe.
 */
final class BinaryReader {
  private final ByteBuffer buffer;

  BinaryReader(byte[] bytes) {
    buffer = ByteBuffer.wrap(bytes);
  }

  static RekindleException damaged(String what) {
    return new RekindleException(
        ErrorCode.DATA_CORRUPTED, "the audit log is damaged", Map.of("found", what));
  }

  int getByte() {
    return need(1).get() & 0xFF;
  }

  int getShort() {
    return need(2).getShort() & 0xFFFF;
  }

  /** A count or a length: never negative, at most {@code max}. */
  int getCount(int max) {
    int value = need(4).getInt();
    if (value < 0 || value > max) {
      throw damaged("a count out of bounds");
    }
    return value;
  }

  long getLong() {
    return need(8).getLong();
  }

  UUID getUuid() {
    return new UUID(getLong(), getLong());
  }

  Hash getHash() {
    return Hash.of(getBytes(Hash.BYTES));
  }

  Instant getInstant() {
    long seconds = getLong();
    int nanos = getCount(999_999_999);
    if (seconds < Instant.MIN.getEpochSecond() || seconds > Instant.MAX.getEpochSecond()) {
      throw damaged("a time out of bounds");
    }
    return Instant.ofEpochSecond(seconds, nanos);
  }

  byte[] getBytes(int length) {
    need(length);
    byte[] bytes = new byte[length];
    buffer.get(bytes);
    return bytes;
  }

  String getText() {
    return new String(getBytes(getShort()), StandardCharsets.UTF_8);
  }

  /** The format byte must be known to this release. */
  void requireFormat(int format) {
    if (getByte() != format) {
      throw damaged("an unknown format");
    }
  }

  /** Nothing may follow. */
  void requireEnd() {
    if (buffer.hasRemaining()) {
      throw damaged("bytes after the end");
    }
  }

  private ByteBuffer need(int bytes) {
    if (bytes < 0 || buffer.remaining() < bytes) {
      throw damaged("an early end");
    }
    return buffer;
  }
}
