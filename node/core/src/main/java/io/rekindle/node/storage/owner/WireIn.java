package io.rekindle.node.storage.owner;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.SliceId;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads what {@link WireOut} wrote. No length is believed that is over the bytes that are left, so
 * a message takes memory in proportion to its bytes, whatever it says. One thread.
 */
final class WireIn {
  private final ByteBuffer in;

  private WireIn(byte[] message) {
    this.in = ByteBuffer.wrap(message);
  }

  /**
   * Reads a whole message; the reader only reads, so that every error is one of the message.
   *
   * @throws RekindleException INTERNAL when it is not readable, of another format, or longer
   */
  static <T> T read(byte[] message, Function<WireIn, T> reader) {
    try {
      WireIn in = new WireIn(message);
      if (in.in.get() != WireOut.FORMAT) {
        throw new IllegalArgumentException("a message of another release");
      }
      T value = reader.apply(in);
      if (in.in.hasRemaining()) {
        throw new IllegalArgumentException("a message is longer than what it says");
      }
      return value;
    } catch (RuntimeException e) {
      // What the limits of the model refuse included: the caller's node let it in.
      throw new RekindleException(
          ErrorCode.INTERNAL, "a message of another node is not readable", Map.of(), e);
    }
  }

  boolean bool() {
    byte value = in.get();
    if (value != 0 && value != 1) {
      throw new IllegalArgumentException("a truth is 0 or 1");
    }
    return value == 1;
  }

  int int32() {
    return in.getInt();
  }

  long int64() {
    return in.getLong();
  }

  float float32() {
    return in.getFloat();
  }

  double float64() {
    return in.getDouble();
  }

  /** Of things of so many bytes each, at least. */
  private int count(int bytesEach) {
    int count = in.getInt();
    if (count < 0 || count > in.remaining() / bytesEach) {
      throw new IllegalArgumentException("a length is over the message");
    }
    return count;
  }

  byte[] bytes() {
    byte[] value = new byte[count(1)];
    in.get(value);
    return value;
  }

  String text() {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes())).toString();
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("a text is not UTF-8", e);
    }
  }

  @Nullable String optText() {
    return optional(WireIn::text);
  }

  float[] floats() {
    float[] values = new float[count(Float.BYTES)];
    for (int i = 0; i < values.length; i++) {
      values[i] = in.getFloat();
    }
    return values;
  }

  <E extends Enum<E>> E constant(Class<E> type) {
    return Enum.valueOf(type, text());
  }

  UUID uuid() {
    return new UUID(in.getLong(), in.getLong());
  }

  MemoryId id() {
    return new MemoryId(uuid());
  }

  SliceId slice() {
    return new SliceId(uuid());
  }

  Instant time() {
    return Instant.ofEpochSecond(in.getLong(), in.getInt());
  }

  <T> @Nullable T optional(Function<WireIn, T> reader) {
    return bool() ? reader.apply(this) : null;
  }

  <T> List<T> list(Function<WireIn, T> reader) {
    int count = count(1);
    List<T> values = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      values.add(reader.apply(this));
    }
    return values;
  }

  List<String> texts() {
    return list(WireIn::text);
  }
}
