package io.rekindle.node.storage.owner;

import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.SliceId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collection;
import java.util.UUID;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes a message between nodes: a format byte, then the parts one behind the other, big-endian;
 * texts and lists begin with their length, what may be absent with a byte that says whether it is
 * there. {@link WireIn} reads it. One thread.
 */
final class WireOut {
  static final byte FORMAT = 1;

  private ByteBuffer buffer = ByteBuffer.allocate(512).put(FORMAT);

  private ByteBuffer room(int bytes) {
    if (buffer.remaining() < bytes) {
      int size = Math.max(2 * buffer.capacity(), Math.addExact(buffer.position(), bytes));
      buffer = ByteBuffer.allocate(size).put(buffer.flip());
    }
    return buffer;
  }

  byte[] toBytes() {
    byte[] bytes = new byte[buffer.position()];
    buffer.get(0, bytes);
    return bytes;
  }

  WireOut bool(boolean value) {
    room(1).put((byte) (value ? 1 : 0));
    return this;
  }

  WireOut int32(int value) {
    room(Integer.BYTES).putInt(value);
    return this;
  }

  WireOut int64(long value) {
    room(Long.BYTES).putLong(value);
    return this;
  }

  WireOut float32(float value) {
    room(Float.BYTES).putFloat(value);
    return this;
  }

  WireOut float64(double value) {
    room(Double.BYTES).putDouble(value);
    return this;
  }

  WireOut bytes(byte[] value) {
    room(Integer.BYTES + value.length).putInt(value.length).put(value);
    return this;
  }

  WireOut text(String value) {
    return bytes(value.getBytes(StandardCharsets.UTF_8));
  }

  WireOut optText(@Nullable String value) {
    return optional(value, WireOut::text);
  }

  WireOut floats(float[] values) {
    ByteBuffer out = room(Integer.BYTES + Float.BYTES * values.length).putInt(values.length);
    for (float value : values) {
      out.putFloat(value);
    }
    return this;
  }

  /** By its name, which is part of the format. */
  WireOut constant(Enum<?> value) {
    return text(value.name());
  }

  WireOut uuid(UUID value) {
    return int64(value.getMostSignificantBits()).int64(value.getLeastSignificantBits());
  }

  WireOut id(MemoryId value) {
    return uuid(value.value());
  }

  WireOut slice(SliceId value) {
    return uuid(value.value());
  }

  WireOut time(Instant value) {
    return int64(value.getEpochSecond()).int32(value.getNano());
  }

  <T> WireOut optional(@Nullable T value, BiConsumer<WireOut, T> writer) {
    bool(value != null);
    if (value != null) {
      writer.accept(this, value);
    }
    return this;
  }

  <T> WireOut list(Collection<T> values, BiConsumer<WireOut, T> writer) {
    int32(values.size());
    values.forEach(value -> writer.accept(this, value));
    return this;
  }

  WireOut texts(Collection<String> values) {
    return list(values, WireOut::text);
  }
}
