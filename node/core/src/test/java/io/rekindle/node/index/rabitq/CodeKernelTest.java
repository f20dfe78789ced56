package io.rekindle.node.index.rabitq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class CodeKernelTest {
  private static final int[] WIDTHS = {512, 256, 128, 64};

  private static Encoder.Code code(Random random, int words, float a, float b) {
    long[] bits = new long[words];
    for (int i = 0; i < words; i++) {
      bits[i] = random.nextInt(8) == 0 ? -1 : random.nextLong();
    }
    return new Encoder.Code(bits, a, b);
  }

  private static long[] planes(Random random, int words) {
    long[] planes = new long[words * Query.PLANES];
    for (int i = 0; i < planes.length; i++) {
      planes[i] = random.nextInt(8) == 0 ? 0 : random.nextLong();
    }
    return planes;
  }

  /** Bit by bit, as the formula has it. */
  private static int distance(long[] planes, Encoder.Code code) {
    int sum = 0;
    for (int i = 0; i < code.bits().length * Long.SIZE; i++) {
      int word = i / Long.SIZE;
      for (int plane = 0; plane < Query.PLANES; plane++) {
        long differs = (code.bits()[word] ^ planes[word * Query.PLANES + plane]) >>> i & 1;
        sum += differs == 0 ? 0 : 1 << plane;
      }
    }
    return sum;
  }

  @Property(tries = 200)
  void everyWidthCountsTheSameBitsAndScalesThemAlike(
      @ForAll @IntRange(min = 2, max = 4_096) int dimensions,
      @ForAll @IntRange(min = 1, max = 40) int count,
      @ForAll long seed) {
    Random random = new Random(seed);
    CodeLayout layout = new CodeLayout(dimensions);
    int words = Rotation.padded(dimensions) / Long.SIZE;
    long[] planes = planes(random, words);
    // The first is the bare count: its estimate is the distance itself, which a float holds.
    Query bare = new Query(planes, 0, -1, 0, 1, false);
    Query scaled = new Query(planes, 3.25, 0.001, random.nextGaussian(), 1, false);
    try (Arena arena = Arena.ofConfined()) {
      long skip = layout.blockBytes();
      MemorySegment memory = arena.allocate(skip + layout.bytes(count), 8);
      MemorySegment codes = memory.asSlice(skip);
      Encoder.Code[] counted = new Encoder.Code[count];
      for (int i = 0; i < count; i++) {
        counted[i] = code(random, words, 1, 0);
        layout.write(codes, i, counted[i]);
      }
      int blocks = (count + CodeLayout.LANES - 1) / CodeLayout.LANES;
      for (int width : WIDTHS) {
        CodeKernel kernel = CodeKernels.ofBits(width);
        assertThat(kernel.bits()).isEqualTo(width);
        float[] estimates = new float[blocks * CodeLayout.LANES + 1];
        kernel.estimate(bare, memory, skip, blocks, estimates);
        for (int i = 0; i < count; i++) {
          assertThat(estimates[i]).isEqualTo((float) distance(planes, counted[i]));
        }
        assertThat(estimates[blocks * CodeLayout.LANES]).isZero();
      }
      Encoder.Code[] whole = new Encoder.Code[count];
      for (int i = 0; i < count; i++) {
        float a = (float) Math.abs(random.nextGaussian());
        whole[i] = new Encoder.Code(counted[i].bits(), a, (float) random.nextGaussian());
        layout.write(codes, i, whole[i]);
      }
      for (int width : WIDTHS) {
        float[] estimates = new float[blocks * CodeLayout.LANES];
        CodeKernels.ofBits(width).estimate(scaled, memory, skip, blocks, estimates);
        for (int i = 0; i < count; i++) {
          double product = scaled.zero() - scaled.step() * distance(planes, whole[i]);
          double expected = whole[i].a() * product + whole[i].b() + scaled.base();
          assertThat((double) estimates[i]).isCloseTo(expected, within(1e-5));
        }
      }
    }
  }

  @Test
  void anErasedSlotHasNoByteOfItsCodeAndNoEstimateComesNear() {
    CodeLayout layout = new CodeLayout(100);
    Random random = new Random(1);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment codes = arena.allocate(layout.bytes(16), 8);
      for (int i = 0; i < 16; i++) {
        layout.write(codes, i, code(random, 2, 1, 1));
      }
      MemorySegment never = arena.allocate(layout.bytes(16), 8).copyFrom(codes);
      layout.write(never, 11, new Encoder.Code(new long[2], 0, CodeLayout.INVISIBLE));
      layout.erase(codes, 11);
      assertThat(codes.toArray(ValueLayout.JAVA_BYTE))
          .isEqualTo(never.toArray(ValueLayout.JAVA_BYTE));
      for (int width : WIDTHS) {
        float[] estimates = new float[16];
        Query query = new Query(planes(random, 2), 1e6, 1, 1e6, 1, false);
        CodeKernels.ofBits(width).estimate(query, codes, 0, 2, estimates);
        assertThat(estimates[11]).isLessThan(-1e29f);
        assertThat(estimates[10]).isGreaterThan(-1e29f);
      }
    }
  }

  @Test
  void theBestKernelIsTheWidestOfThisMachine() {
    assertThat(CodeKernels.best().bits()).isGreaterThanOrEqualTo(128);
  }
}
