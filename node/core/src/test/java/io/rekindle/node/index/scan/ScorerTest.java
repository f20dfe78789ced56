package io.rekindle.node.index.scan;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.model.Distance;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ScorerTest {
  private static final int DIMENSIONS = 16;
  private static final int TRIES = 20_000;

  /**
   * The threshold of a search is a score that was met, as a float; what has the same score may not
   * be refused, however the rounding fell. A vector that is short beside the query shows it best:
   * there the margin of its code is smaller than the rounding of its score.
   */
  @ParameterizedTest
  @EnumSource
  void everyVectorMayReachItsOwnScore(Distance distance) {
    Random random = new Random(5);
    Quantizer quantizer = new Quantizer(DIMENSIONS, distance);
    for (int i = 0; i < TRIES; i++) {
      float[] query = random(random, 1);
      float[] vector = random(random, Math.pow(10, random.nextInt(13) - 6));
      Quantizer.Code code = Objects.requireNonNull(quantizer.encode(vector));
      Scorer scorer = new Scorer(distance, query);
      float[] dot = new float[1];
      new ScalarKernel().dots(scorer.unitQuery(), MemorySegment.ofArray(code.codes()), 0, 1, dot);

      float score = scorer.score(MemorySegment.ofArray(vector), 0);

      assertThat(scorer.mayReach(score, dot[0], code.scale(), code.margin(), code.norm()))
          .as("try %s", i)
          .isTrue();
    }
  }

  /** Without the vector, its score is known to lie between two floats, which may be far apart. */
  @ParameterizedTest
  @EnumSource
  void anExactScoreLiesWithinTheBoundsOfItsCode(Distance distance) {
    Random random = new Random(6);
    Quantizer quantizer = new Quantizer(DIMENSIONS, distance);
    double widest = 0;
    for (int i = 0; i < TRIES; i++) {
      float[] query = random(random, Math.pow(10, random.nextInt(60) - 30));
      float[] vector = random(random, Math.pow(10, random.nextInt(76) - 40));
      if (i % 5 == 0) {
        vector = query.clone();
        vector[i % DIMENSIONS] = Math.nextUp(vector[i % DIMENSIONS]);
      }
      Quantizer.Code code = Objects.requireNonNull(quantizer.encode(vector));
      Scorer scorer = new Scorer(distance, query);
      MemorySegment codes = MemorySegment.ofArray(code.codes());
      float[] dot = new float[1];
      new ScalarKernel().dots(scorer.unitQuery(), codes, 0, 1, dot);

      float score = scorer.score(MemorySegment.ofArray(vector), 0);
      double estimate = scorer.estimate(dot[0], codes, 0, code.scale());

      assertThat(score)
          .as("try %s", i)
          .isBetween(scorer.low(estimate, code.margin()), scorer.high(estimate, code.margin()));
      assertThat(scorer.approximate(estimate))
          .isBetween(scorer.low(estimate, code.margin()), scorer.high(estimate, code.margin()));
      widest = Math.max(widest, scorer.high(estimate, code.margin()) - (double) score);
    }
    assertThat(distance == Distance.COSINE ? widest : 0).isLessThan(0.04);
  }

  private static float[] random(Random random, double length) {
    float[] vector = new float[DIMENSIONS];
    for (int i = 0; i < DIMENSIONS; i++) {
      vector[i] = (float) (random.nextGaussian() * length);
    }
    return vector;
  }
}
