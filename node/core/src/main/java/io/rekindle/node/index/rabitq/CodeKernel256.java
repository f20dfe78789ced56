package io.rekindle.node.index.rabitq;

import static jdk.incubator.vector.VectorOperators.BIT_COUNT;
import static jdk.incubator.vector.VectorOperators.D2F;
import static jdk.incubator.vector.VectorOperators.F2D;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.XOR;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorSpecies;

/** 256-bit registers: one holds a word of four codes, and a block takes two turns. */
final class CodeKernel256 implements CodeKernel {
  // A species must be a constant of its class, or the compiler makes no vector instructions of it;
  // hence one class for each width.
  private static final VectorSpecies<Long> LONGS = LongVector.SPECIES_256;
  private static final VectorSpecies<Double> DOUBLES = DoubleVector.SPECIES_256;
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_128;
  private static final int LANES = 4;
  private static final int ROW_BYTES = CodeLayout.LANES * Long.BYTES;

  // Set as the high bits of a long below 2^52, they make it, read as a double, itself plus 2^52.
  private static final double TWO_TO_52 = 0x1p52;
  private static final long TWO_TO_52_BITS = Double.doubleToRawLongBits(TWO_TO_52);

  @Override
  public void estimate(
      Query query, MemorySegment codes, long offset, int blocks, float[] estimates) {
    long[] planes = query.planes();
    int words = query.words();
    DoubleVector step = DoubleVector.broadcast(DOUBLES, -query.step());
    DoubleVector zero = DoubleVector.broadcast(DOUBLES, query.zero());
    DoubleVector base = DoubleVector.broadcast(DOUBLES, query.base());
    long at = offset;
    int done = 0;
    for (int block = 0; block < blocks; block++) {
      long factors = CodeLayout.factorsOffset(at, words);
      for (int lane = 0; lane < CodeLayout.LANES; lane += LANES) {
        LongVector x = distances(planes, codes, at + (long) lane * Long.BYTES);
        DoubleVector count = x.or(TWO_TO_52_BITS).reinterpretAsDoubles().sub(TWO_TO_52);
        long own = factors + (long) lane * Float.BYTES;
        DoubleVector a = load(codes, own);
        DoubleVector b = load(codes, own + CodeLayout.LANES * Float.BYTES);
        DoubleVector estimate = a.fma(count.fma(step, zero), b.add(base));
        ((FloatVector) estimate.convertShape(D2F, FLOATS, 0)).intoArray(estimates, done);
        done += LANES;
      }
      at = factors + 2 * CodeLayout.LANES * Float.BYTES;
    }
  }

  private static LongVector distances(long[] planes, MemorySegment codes, long offset) {
    LongVector a = LongVector.zero(LONGS);
    LongVector b = a;
    LongVector c = a;
    LongVector d = a;
    long at = offset;
    for (int i = 0; i < planes.length; i += Query.PLANES) {
      LongVector code = LongVector.fromMemorySegment(LONGS, codes, at, ByteOrder.nativeOrder());
      a = a.add(code.lanewise(XOR, planes[i]).lanewise(BIT_COUNT));
      b = b.add(code.lanewise(XOR, planes[i + 1]).lanewise(BIT_COUNT));
      c = c.add(code.lanewise(XOR, planes[i + 2]).lanewise(BIT_COUNT));
      d = d.add(code.lanewise(XOR, planes[i + 3]).lanewise(BIT_COUNT));
      at += ROW_BYTES;
    }
    LongVector low = a.add(b.lanewise(LSHL, 1));
    return low.add(c.add(d.lanewise(LSHL, 1)).lanewise(LSHL, 2));
  }

  private static DoubleVector load(MemorySegment codes, long offset) {
    FloatVector floats =
        FloatVector.fromMemorySegment(FLOATS, codes, offset, ByteOrder.nativeOrder());
    return (DoubleVector) floats.convertShape(F2D, DOUBLES, 0);
  }

  @Override
  public int bits() {
    return LONGS.vectorBitSize();
  }
}
