package io.rekindle.cli.bench.data;

import io.rekindle.cli.bench.data.VectorFile.VectorLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code .npy} as NumPy's {@code save} writes it (numpy.lib.format, versions 1 to 3): float32 of
 * either byte order, two dimensions, rows one after the other.
 */
final class NpyFormat {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final int HEADER_MAX = 64 << 10;
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final Pattern DESCR = Pattern.compile("'descr'\\s*:\\s*('[^']*'|[^,}]*)");
  private static final Pattern ORDER = Pattern.compile("'fortran_order'\\s*:\\s*(\\w+)");
  private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*\\(([^)]*)\\)");
  private static final Pattern ROWS_AND_COLUMNS =
      Pattern.compile("\\s*(\\d{1,18})\\s*,\\s*(\\d{1,18})\\s*,?\\s*");

  private NpyFormat() {}

  static VectorLayout layout(MemorySegment bytes) throws DamagedVectorsException {
    if (bytes.byteSize() < 12 || bytes.asSlice(0, 6).mismatch(MemorySegment.ofArray(MAGIC)) >= 0) {
      throw new DamagedVectorsException("is no NumPy file: it does not begin as one");
    }
    int version = bytes.get(ValueLayout.JAVA_BYTE, 6);
    if (version < 1 || version > 3) {
      throw new DamagedVectorsException(
          "is of version %d of NumPy's format; 1 to 3 can be read".formatted(version));
    }
    int start = version == 1 ? 10 : 12;
    long length =
        version == 1
            ? Short.toUnsignedInt(bytes.get(SHORT, 8))
            : Integer.toUnsignedLong(bytes.get(INT, 8));
    if (length > HEADER_MAX || start + length > bytes.byteSize()) {
      throw new DamagedVectorsException(
          "is cut off or damaged: its header is said to have %,d bytes".formatted(length));
    }
    byte[] header = bytes.asSlice(start, length).toArray(ValueLayout.JAVA_BYTE);
    return layout(new String(header, StandardCharsets.UTF_8), start + length, bytes.byteSize());
  }

  private static VectorLayout layout(String header, long first, long size)
      throws DamagedVectorsException {
    String type = field(DESCR, "descr", header);
    ByteOrder order =
        switch (type) {
          case "'<f4'" -> ByteOrder.LITTLE_ENDIAN;
          case "'>f4'" -> ByteOrder.BIG_ENDIAN;
          default ->
              throw new DamagedVectorsException(
                  "has elements of the type %s; '<f4' and '>f4' (float32) can be read"
                      .formatted(type));
        };
    if (!field(ORDER, "fortran_order", header).equals("False")) {
      throw new DamagedVectorsException(
          "is stored column by column: save numpy.ascontiguousarray(vectors)");
    }
    String shape = field(SHAPE, "shape", header);
    Matcher parts = ROWS_AND_COLUMNS.matcher(shape);
    if (!parts.matches()) {
      throw new DamagedVectorsException(
          "has the shape (%s); (vectors, dimensions) is wanted".formatted(shape));
    }
    int count = VectorFile.count(Long.parseLong(parts.group(1)));
    int dimensions = VectorFile.dimensions(Long.parseLong(parts.group(2)));
    long stride = (long) dimensions * Float.BYTES;
    long wanted = first + count * stride;
    if (size != wanted) {
      throw new DamagedVectorsException(
          "is %s: %,d vectors of %d dimensions make %,d bytes, and it has %,d"
              .formatted(size < wanted ? "cut off" : "too long", count, dimensions, wanted, size));
    }
    return new VectorLayout(
        count, dimensions, first, stride, ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(order));
  }

  private static String field(Pattern pattern, String name, String header)
      throws DamagedVectorsException {
    Matcher found = pattern.matcher(header);
    if (!found.find()) {
      throw new DamagedVectorsException("has no %s in its header".formatted(name));
    }
    return found.group(1).strip();
  }
}
