package io.rekindle.node.index.scan;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** 128-bit registers: a load of 8 codes fills two of them; 16 dimensions a step in four sums. */
final class Kernel128 implements Kernel {
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_128;
  private static final VectorSpecies<Byte> BYTES = ByteVector.SPECIES_64;
  private static final int LANES = 4;

  @Override
  public void dots(float[] query, MemorySegment codes, long offset, int count, float[] dots) {
    for (int i = 0; i < count; i++) {
      dots[i] = dot(query, codes, offset + (long) i * query.length);
    }
  }

  private static float dot(float[] query, MemorySegment codes, long offset) {
    FloatVector a = FloatVector.zero(FLOATS);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    for (int i = 0; i < query.length; i += 4 * LANES) {
      ByteVector first = load(codes, offset + i);
      ByteVector second = load(codes, offset + i + 2 * LANES);
      a = step(query, i, first, 0, a);
      b = step(query, i + LANES, first, 1, b);
      c = step(query, i + 2 * LANES, second, 0, c);
      d = step(query, i + 3 * LANES, second, 1, d);
    }
    return a.add(b).add(c.add(d)).reduceLanes(VectorOperators.ADD);
  }

  private static ByteVector load(MemorySegment codes, long offset) {
    return ByteVector.fromMemorySegment(BYTES, codes, offset, ByteOrder.nativeOrder());
  }

  private static FloatVector step(
      float[] query, int at, ByteVector codes, int part, FloatVector sum) {
    FloatVector wide = (FloatVector) codes.convertShape(VectorOperators.B2F, FLOATS, part);
    return wide.fma(FloatVector.fromArray(FLOATS, query, at), sum);
  }

  @Override
  public int bits() {
    return FLOATS.vectorBitSize();
  }
}
