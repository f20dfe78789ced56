package io.rekindle.node.index.scan;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** 512-bit registers: four codes at a time, which share the loads of the query. */
final class Kernel512 implements Kernel {
  // A species must be a constant of its class, or the compiler makes no vector instructions of it;
  // hence one class for each width.
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_512;
  private static final VectorSpecies<Byte> BYTES = ByteVector.SPECIES_128;
  private static final int LANES = 16;

  @Override
  public void dots(float[] query, MemorySegment codes, long offset, int count, float[] dots) {
    int done = 0;
    for (; done + 4 <= count; done += 4) {
      four(query, codes, offset + (long) done * query.length, dots, done);
    }
    for (; done < count; done++) {
      dots[done] = one(query, codes, offset + (long) done * query.length);
    }
  }

  private static void four(
      float[] query, MemorySegment codes, long offset, float[] dots, int first) {
    int code = query.length;
    FloatVector a = FloatVector.zero(FLOATS);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    for (int i = 0; i < query.length; i += LANES) {
      FloatVector part = FloatVector.fromArray(FLOATS, query, i);
      long at = offset + i;
      a = load(codes, at).fma(part, a);
      b = load(codes, at + code).fma(part, b);
      c = load(codes, at + 2L * code).fma(part, c);
      d = load(codes, at + 3L * code).fma(part, d);
    }
    dots[first] = a.reduceLanes(VectorOperators.ADD);
    dots[first + 1] = b.reduceLanes(VectorOperators.ADD);
    dots[first + 2] = c.reduceLanes(VectorOperators.ADD);
    dots[first + 3] = d.reduceLanes(VectorOperators.ADD);
  }

  private static float one(float[] query, MemorySegment codes, long offset) {
    FloatVector sum = FloatVector.zero(FLOATS);
    for (int i = 0; i < query.length; i += LANES) {
      sum = load(codes, offset + i).fma(FloatVector.fromArray(FLOATS, query, i), sum);
    }
    return sum.reduceLanes(VectorOperators.ADD);
  }

  private static FloatVector load(MemorySegment codes, long offset) {
    ByteVector bytes = ByteVector.fromMemorySegment(BYTES, codes, offset, ByteOrder.nativeOrder());
    return (FloatVector) bytes.convertShape(VectorOperators.B2F, FLOATS, 0);
  }

  @Override
  public int bits() {
    return FLOATS.vectorBitSize();
  }
}
