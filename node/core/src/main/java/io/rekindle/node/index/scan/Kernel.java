package io.rekindle.node.index.scan;

import java.lang.foreign.MemorySegment;

/** The inner product of a float query with one int8 code. Stateless and thread-safe. */
public interface Kernel {
  /** Codes are padded with zeros to a multiple of this many dimensions. */
  int STRIDE = 64;

  /** Dimensions with padding, which is also the bytes of one code. */
  static int padded(int dimensions) {
    return (dimensions + STRIDE - 1) / STRIDE * STRIDE;
  }

  /**
   * The sum of the products of query and code, in any order.
   *
   * @param query padded with zeros; its length is the bytes read
   * @param offset of the code in bytes
   */
  float dot(float[] query, MemorySegment codes, long offset);

  /** Width of the registers it uses, for diagnostics. */
  int bits();
}
