package io.rekindle.node.index.scan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KernelTest {
  @ParameterizedTest
  @ValueSource(ints = {512, 256, 128, 32})
  void everyWidthComputesTheSameInnerProduct(int bits) {
    Kernel kernel = Kernels.ofBits(bits);
    assertThat(kernel.bits()).isEqualTo(bits);
    Random random = new Random(bits);
    try (Arena arena = Arena.ofConfined()) {
      for (int dimensions : new int[] {64, 128, 384, 4_096}) {
        long offset = 48;
        float[] query = new float[dimensions];
        for (int i = 0; i < dimensions; i++) {
          query[i] = (float) random.nextGaussian();
        }
        int count = 7;
        MemorySegment codes = arena.allocate(offset + (long) count * dimensions, 16);
        double[] expected = new double[count];
        for (int i = 0; i < count * dimensions; i++) {
          byte code = (byte) (random.nextInt(255) - 127);
          codes.set(ValueLayout.JAVA_BYTE, offset + i, code);
          expected[i / dimensions] += (double) query[i % dimensions] * code;
        }
        float[] dots = new float[count + 1];
        kernel.dots(query, codes, offset, count, dots);
        for (int i = 0; i < count; i++) {
          assertThat((double) dots[i]).isCloseTo(expected[i], within(0.05));
        }
        assertThat(dots[count]).isZero();
      }
    }
  }

  @Test
  void theBestKernelIsTheWidestOfThisMachine() {
    assertThat(Kernels.best().bits()).isGreaterThanOrEqualTo(128);
  }
}
