package io.rekindle.node.index.scan;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** For a JVM without the Vector API, and the reference of the other kernels' tests. */
final class ScalarKernel implements Kernel {
  @Override
  public void dots(float[] query, MemorySegment codes, long offset, int count, float[] dots) {
    for (int i = 0; i < count; i++) {
      dots[i] = dot(query, codes, offset + (long) i * query.length);
    }
  }

  private static float dot(float[] query, MemorySegment codes, long offset) {
    float a = 0;
    float b = 0;
    float c = 0;
    float d = 0;
    for (int i = 0; i < query.length; i += 4) {
      a += query[i] * codes.get(ValueLayout.JAVA_BYTE, offset + i);
      b += query[i + 1] * codes.get(ValueLayout.JAVA_BYTE, offset + i + 1);
      c += query[i + 2] * codes.get(ValueLayout.JAVA_BYTE, offset + i + 2);
      d += query[i + 3] * codes.get(ValueLayout.JAVA_BYTE, offset + i + 3);
    }
    return (a + b) + (c + d);
  }

  @Override
  public int bits() {
    return Float.SIZE;
  }
}
