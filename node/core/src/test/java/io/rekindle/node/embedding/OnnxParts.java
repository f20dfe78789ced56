package io.rekindle.node.embedding;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.UnknownFieldSet.Field;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;

/** Messages of {@code onnx.proto}, written by the numbers of their fields. */
final class OnnxParts {
  private static final int FLOAT = 1;
  private static final int INT64 = 7;

  private final UnknownFieldSet.Builder fields = UnknownFieldSet.newBuilder();

  private OnnxParts() {}

  static OnnxParts message() {
    return new OnnxParts();
  }

  OnnxParts with(int field, long value) {
    return merge(field, Field.newBuilder().addVarint(value).build());
  }

  OnnxParts with(int field, String value) {
    return with(field, ByteString.copyFromUtf8(value));
  }

  OnnxParts with(int field, OnnxParts value) {
    return with(field, value.bytes());
  }

  OnnxParts with(int field, ByteString value) {
    return merge(field, Field.newBuilder().addLengthDelimited(value).build());
  }

  private OnnxParts merge(int field, Field value) {
    fields.mergeField(field, value);
    return this;
  }

  ByteString bytes() {
    return fields.build().toByteString();
  }

  /** A whole file around a graph. */
  static OnnxParts model(OnnxParts graph) {
    return message().with(1, 8).with(8, message().with(1, "").with(2, 17)).with(7, graph);
  }

  /** A node of the standard operators; give inputs (1) and outputs (2) to it. */
  static OnnxParts node(String operator) {
    return message().with(4, operator);
  }

  /** A weight of two dimensions. */
  static OnnxParts floats(String name, int rows, float[] values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return message()
        .with(1, rows)
        .with(1, values.length / rows)
        .with(2, FLOAT)
        .with(8, name)
        .with(9, ByteString.copyFrom(bytes.array()));
  }

  static OnnxParts int64Value(String name, Object... shape) {
    return value(name, INT64, shape);
  }

  static OnnxParts floatValue(String name, Object... shape) {
    return value(name, FLOAT, shape);
  }

  /**
   * What goes into a graph or comes out of it.
   *
   * @param shape a number for what is fixed, a name for what is not
   */
  private static OnnxParts value(String name, int type, Object... shape) {
    OnnxParts dimensions = message();
    for (Object dimension : shape) {
      dimensions.with(
          1,
          dimension instanceof Integer number
              ? message().with(1, number)
              : message().with(2, dimension.toString()));
    }
    OnnxParts tensor = message().with(1, type).with(2, dimensions);
    return message().with(1, name).with(2, message().with(1, tensor));
  }

  /** A key and value of a tensor's external data. */
  static OnnxParts entry(Map.Entry<String, String> entry) {
    return message().with(1, entry.getKey()).with(2, entry.getValue());
  }
}
