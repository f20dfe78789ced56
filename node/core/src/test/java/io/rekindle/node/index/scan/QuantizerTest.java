package io.rekindle.node.index.scan;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.model.Distance;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class QuantizerTest {
  @Property(tries = 300)
  void noScoreIsFurtherFromItsCodeThanTheMargin(
      @ForAll Distance distance,
      @ForAll @Size(min = 2, max = 70) List<Float> values,
      @ForAll @IntRange(max = 1_000) int seed) {
    float[] vector = new float[values.size()];
    float[] query = new float[values.size()];
    Random random = new Random(seed);
    double norm = 0;
    for (int i = 0; i < vector.length; i++) {
      vector[i] = values.get(i);
      query[i] = (float) random.nextGaussian();
      norm += (double) vector[i] * vector[i];
    }
    Quantizer.Code code = encode(distance, vector);
    Scorer scorer = new Scorer(distance, query);
    double truth = 0;
    double queryNorm = 0;
    for (int i = 0; i < vector.length; i++) {
      truth += (double) query[i] * vector[i];
      queryNorm += (double) query[i] * query[i];
    }
    truth /= Math.sqrt(queryNorm);
    if (distance == Distance.COSINE && norm > 0) {
      truth /= Math.sqrt(norm);
    }
    MemorySegment codes = MemorySegment.ofArray(code.codes());
    for (int bits : new int[] {512, 256, 128, 32}) {
      float[] dot = new float[1];
      Kernels.ofBits(bits).dots(scorer.unitQuery(), codes, 0, 1, dot);
      double estimate = code.scale() * (double) dot[0];
      assertThat(Math.abs(truth - estimate)).isLessThanOrEqualTo(code.margin());
    }
  }

  private static Quantizer.Code encode(Distance distance, float[] vector) {
    return Objects.requireNonNull(new Quantizer(vector.length, distance).encode(vector));
  }

  @Test
  void theMarginOfAnOrdinaryVectorIsSmall() {
    Random random = new Random(1);
    float[] vector = new float[384];
    for (int i = 0; i < vector.length; i++) {
      vector[i] = (float) random.nextGaussian();
    }
    assertThat(encode(Distance.COSINE, vector).margin()).isLessThan(0.01f);
  }

  /**
   * A length that is taken for less keeps a vector that may be near; one taken for more loses it.
   */
  @Test
  void aLengthIsNeverAboveTheTruthAndAlwaysFinite() {
    Random random = new Random(4);
    for (int i = 0; i < 1_000; i++) {
      float[] vector = {random.nextFloat(), random.nextFloat(), Float.MIN_VALUE};
      double truth = Math.hypot(vector[0], vector[1]);
      assertThat((double) encode(Distance.L2, vector).norm())
          .isBetween(truth * (1 - 0x1p-23), truth);
    }
    float[] longest = new float[4_096];
    Arrays.fill(longest, Float.MAX_VALUE);
    Quantizer.Code code = encode(Distance.L2, longest);
    assertThat(code.norm()).isEqualTo(Float.MAX_VALUE);
    assertThat(code.scale()).isFinite();
    assertThat(code.margin()).isFinite();
  }

  @Test
  void refusesWhatIsNoVectorOfTheSpace() {
    Quantizer quantizer = new Quantizer(2, Distance.DOT);
    assertThat(quantizer.encode(new float[] {1})).isNull();
    assertThat(quantizer.encode(new float[] {1, Float.NaN})).isNull();
    assertThat(quantizer.encode(new float[] {Float.NEGATIVE_INFINITY, 1})).isNull();
  }
}
