package io.rekindle.node.storage.row;

import io.rekindle.node.model.MemoryPayload;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A payload as bytes, before it is sealed: four texts (content, metadata, source, subject id), each
 * as a length of four bytes and UTF-8; an absent one has length -1. The envelope carries the format
 * byte and proves that the bytes are ours, so they are read without doubt.
 */
public final class PayloadCodec {
  private static final int ABSENT = -1;

  private PayloadCodec() {}

  public static byte[] encode(MemoryPayload payload) {
    byte @Nullable [][] texts = {
      bytes(payload.content()),
      bytes(payload.metadata()),
      bytes(payload.source()),
      bytes(payload.subjectId())
    };
    int size = 0;
    for (byte[] text : texts) {
      size += Integer.BYTES + (text == null ? 0 : text.length);
    }
    ByteBuffer out = ByteBuffer.allocate(size);
    for (byte[] text : texts) {
      if (text == null) {
        out.putInt(ABSENT);
      } else {
        out.putInt(text.length).put(text);
      }
    }
    return out.array();
  }

  public static MemoryPayload decode(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    String content = text(in);
    return new MemoryPayload(content == null ? "" : content, text(in), text(in), text(in));
  }

  private static byte @Nullable [] bytes(@Nullable String text) {
    return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
  }

  private static @Nullable String text(ByteBuffer in) {
    int length = in.getInt();
    if (length == ABSENT) {
      return null;
    }
    byte[] bytes = new byte[length];
    in.get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
