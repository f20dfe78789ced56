package io.rekindle.node.audit;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.UUID;

/** Appends big-endian values to a growing array. Not thread-safe. */
final class BinaryWriter {
  private ByteBuffer buffer;

  BinaryWriter(int bytesExpected) {
    buffer = ByteBuffer.allocate(Math.max(16, bytesExpected));
  }

  BinaryWriter putByte(int value) {
    room(1).put((byte) value);
    return this;
  }

  BinaryWriter putShort(int value) {
    room(2).putShort((short) value);
    return this;
  }

  BinaryWriter putInt(int value) {
    room(4).putInt(value);
    return this;
  }

  BinaryWriter putLong(long value) {
    room(8).putLong(value);
    return this;
  }

  BinaryWriter putUuid(UUID value) {
    return putLong(value.getMostSignificantBits()).putLong(value.getLeastSignificantBits());
  }

  BinaryWriter putInstant(Instant value) {
    return putLong(value.getEpochSecond()).putInt(value.getNano());
  }

  BinaryWriter putBytes(byte[] value) {
    room(value.length).put(value);
    return this;
  }

  /** At most 65,535 bytes of UTF-8 after their length. */
  BinaryWriter putText(String value) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    if (bytes.length > 0xFFFF) {
      throw new IllegalArgumentException("a text of an audit record is at most 65535 bytes");
    }
    return putShort(bytes.length).putBytes(bytes);
  }

  byte[] toBytes() {
    return Arrays.copyOf(buffer.array(), buffer.position());
  }

  private ByteBuffer room(int bytes) {
    if (buffer.remaining() < bytes) {
      int needed = Math.addExact(buffer.position(), bytes);
      byte[] grown = Arrays.copyOf(buffer.array(), Math.max(needed, 2 * buffer.capacity()));
      buffer = ByteBuffer.wrap(grown).position(buffer.position());
    }
    return buffer;
  }
}
