package io.rekindle.node.index.scan;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** 256-bit registers: 32 dimensions a step, in four sums that do not wait for each other. */
final class Kernel256 implements Kernel {
  // A species must be a constant of its class, or the compiler makes no vector instructions of it;
  // hence one class for each width.
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_256;
  private static final VectorSpecies<Byte> BYTES = ByteVector.SPECIES_64;
  private static final int LANES = 8;

  @Override
  public float dot(float[] query, MemorySegment codes, long offset) {
    FloatVector a = FloatVector.zero(FLOATS);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    for (int i = 0; i < query.length; i += 4 * LANES) {
      a = step(query, codes, offset, i, a);
      b = step(query, codes, offset, i + LANES, b);
      c = step(query, codes, offset, i + 2 * LANES, c);
      d = step(query, codes, offset, i + 3 * LANES, d);
    }
    return a.add(b).add(c.add(d)).reduceLanes(VectorOperators.ADD);
  }

  private static FloatVector step(
      float[] query, MemorySegment codes, long offset, int at, FloatVector sum) {
    ByteVector code =
        ByteVector.fromMemorySegment(BYTES, codes, offset + at, ByteOrder.nativeOrder());
    FloatVector wide = (FloatVector) code.convertShape(VectorOperators.B2F, FLOATS, 0);
    return wide.fma(FloatVector.fromArray(FLOATS, query, at), sum);
  }

  @Override
  public int bits() {
    return FLOATS.vectorBitSize();
  }
}
