package io.rekindle.cli.bench.data;

import io.rekindle.cli.bench.data.VectorFile.VectorLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * {@code .fvecs}, as the sets SIFT1M and GIST1M come (corpus-texmex.irisa.fr): for each vector its
 * dimensions as an int32, then as many float32, all little-endian.
 */
final class FvecsFormat {
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private FvecsFormat() {}

  static VectorLayout layout(MemorySegment bytes) throws DamagedVectorsException {
    if (bytes.byteSize() < Integer.BYTES) {
      throw new DamagedVectorsException("is cut off: no first vector is in it");
    }
    int dimensions = VectorFile.dimensions(bytes.get(INT, 0));
    long stride = Integer.BYTES + (long) dimensions * Float.BYTES;
    if (bytes.byteSize() % stride != 0) {
      throw new DamagedVectorsException(
          "is cut off: vectors of %d dimensions take %,d bytes each, and %,d are left over"
              .formatted(dimensions, stride, bytes.byteSize() % stride));
    }
    int count = VectorFile.count(bytes.byteSize() / stride);
    for (int i = 0; i < count; i++) {
      int own = bytes.get(INT, i * stride);
      if (own != dimensions) {
        throw new DamagedVectorsException(
            "has vectors of different dimensions: %,d (from 0) says %,d, the first one %,d"
                .formatted(i, own, dimensions));
      }
    }
    return new VectorLayout(count, dimensions, Integer.BYTES, stride, FLOAT);
  }
}
