package io.rekindle.node.index.scan;

import java.lang.foreign.MemorySegment;

/** The inner products of a float query with int8 codes. Stateless and thread-safe. */
public interface Kernel {
  /** Codes are padded with zeros to a multiple of this many dimensions. */
  int STRIDE = 64;

  /** Dimensions with padding, which is also the bytes of one code. */
  static int padded(int dimensions) {
    return (dimensions + STRIDE - 1) / STRIDE * STRIDE;
  }

  /**
   * For each of {@code count} codes that lie side by side, the sum of the products with the query,
   * added up in any order.
   *
   * @param query padded with zeros; its length is the bytes of one code
   * @param offset of the first code in bytes
   * @param dots takes the sums, from 0 on
   */
  void dots(float[] query, MemorySegment codes, long offset, int count, float[] dots);

  /** Width of the registers it uses, for diagnostics. */
  int bits();
}
