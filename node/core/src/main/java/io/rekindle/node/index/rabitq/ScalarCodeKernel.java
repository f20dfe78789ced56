package io.rekindle.node.index.rabitq;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** For a JVM without the Vector API. */
final class ScalarCodeKernel implements CodeKernel {
  private static final int ROW_BYTES = CodeLayout.LANES * Long.BYTES;

  @Override
  public void estimate(
      Query query, MemorySegment codes, long offset, int blocks, float[] estimates) {
    int words = query.words();
    long at = offset;
    for (int block = 0; block < blocks; block++) {
      long factors = CodeLayout.factorsOffset(at, words);
      for (int lane = 0; lane < CodeLayout.LANES; lane++) {
        long x = distance(query.planes(), codes, at + (long) lane * Long.BYTES);
        long own = factors + (long) lane * Float.BYTES;
        double a = codes.get(ValueLayout.JAVA_FLOAT, own);
        double b = codes.get(ValueLayout.JAVA_FLOAT, own + CodeLayout.LANES * Float.BYTES);
        double product = query.zero() - query.step() * x;
        estimates[block * CodeLayout.LANES + lane] = (float) (a * product + (b + query.base()));
      }
      at = factors + 2 * CodeLayout.LANES * Float.BYTES;
    }
  }

  private static long distance(long[] planes, MemorySegment codes, long offset) {
    long a = 0;
    long b = 0;
    long c = 0;
    long d = 0;
    long at = offset;
    for (int i = 0; i < planes.length; i += Query.PLANES) {
      long code = codes.get(ValueLayout.JAVA_LONG, at);
      a += Long.bitCount(code ^ planes[i]);
      b += Long.bitCount(code ^ planes[i + 1]);
      c += Long.bitCount(code ^ planes[i + 2]);
      d += Long.bitCount(code ^ planes[i + 3]);
      at += ROW_BYTES;
    }
    return a + 2 * b + 4 * c + 8 * d;
  }

  @Override
  public int bits() {
    return Long.SIZE;
  }
}
