package io.rekindle.node.storage.memory;

import io.rekindle.node.model.VectorInput;
import io.rekindle.node.storage.row.VectorCodec;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * A request as bytes that differ whenever the request does: each part is named and counts with its
 * length. One thread.
 */
public final class RequestParts {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
  private final DataOutputStream out = new DataOutputStream(bytes);

  /** Absent parts are left out, so that a field added later changes no old digest. */
  public RequestParts add(String name, @Nullable Object value) {
    return value == null ? this : write(name, utf8(value.toString()));
  }

  public RequestParts add(String name, Collection<?> values) {
    for (Object value : values) {
      write(name, utf8(value.toString()));
    }
    return this;
  }

  public RequestParts add(String name, @Nullable VectorInput vector) {
    return vector == null ? this : write(name, VectorCodec.encode(vector.values()));
  }

  byte[] bytes() {
    return bytes.toByteArray();
  }

  private RequestParts write(String name, byte[] value) {
    try {
      out.writeUTF(name);
      out.writeInt(value.length);
      out.write(value);
      return this;
    } catch (IOException e) {
      throw new IllegalStateException("writing to memory does not fail", e);
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
