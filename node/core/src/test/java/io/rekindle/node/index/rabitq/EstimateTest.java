package io.rekindle.node.index.rabitq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.rekindle.node.model.Distance;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What codes say of inner products, against the truth; all seeds are fixed. */
class EstimateTest {
  private static float[] gaussian(Random random, int dimensions, double shift) {
    float[] vector = new float[dimensions];
    for (int i = 0; i < dimensions; i++) {
      vector[i] = (float) (random.nextGaussian() + shift);
    }
    return vector;
  }

  private static Center center(Distance distance, List<float[]> vectors) {
    Center.Sum sum = new Center.Sum(distance, vectors.getFirst().length);
    vectors.forEach(sum::add);
    return sum.center();
  }

  private static float estimate(Encoder encoder, float[] query, float[] vector) {
    return bound(encoder, query, vector, 0);
  }

  private static float bound(Encoder encoder, float[] query, float[] vector, double deviations) {
    CodeLayout layout = new CodeLayout(vector.length);
    long[] aligned = new long[(int) layout.bytes(1) / Long.BYTES];
    MemorySegment codes = MemorySegment.ofArray(aligned);
    layout.write(codes, 5, encoder.encode(vector));
    float[] estimates = new float[CodeLayout.LANES];
    CodeKernels.best().estimate(encoder.query(query, deviations), codes, 0, 1, estimates);
    return estimates[5];
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }

  /** What is estimated, by its definition. */
  private static double truth(Center center, float[] query, float[] vector) {
    double queryLength = Math.sqrt(dot(query, query));
    double length = Math.sqrt(dot(vector, vector));
    return switch (center.distance()) {
      case COSINE -> dot(query, vector) / queryLength / length;
      case DOT -> dot(query, vector) / queryLength / center.unit();
      case L2 -> {
        double squares = 0;
        for (int i = 0; i < query.length; i++) {
          squares += Math.pow((double) query[i] - vector[i], 2);
        }
        yield -squares / 2 / center.unit() / center.unit();
      }
    };
  }

  /** The length of what is left of a vector, as it is compared, without the center. */
  private static double rest(Center center, float[] vector) {
    double length =
        center.distance() == Distance.COSINE ? Math.sqrt(dot(vector, vector)) : center.unit();
    double squares = 0;
    for (int i = 0; i < vector.length; i++) {
      squares += Math.pow(vector[i] / length - center.mean()[i], 2);
    }
    return Math.sqrt(squares);
  }

  /** One pair under many rotations: the mean is the truth, the spread is the one of the paper. */
  @ParameterizedTest
  @EnumSource(Distance.class)
  void overTheRotationsAnEstimateIsUnbiased(Distance distance) {
    int dimensions = 96;
    Random random = new Random(17);
    List<float[]> vectors = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      vectors.add(gaussian(random, dimensions, 0.7));
    }
    Center center = center(distance, vectors);
    float[] vector = vectors.getFirst();
    float[] query = gaussian(random, dimensions, 0.7);
    double truth = truth(center, query, vector);
    int rotations = 1_500;
    double sum = 0;
    double squares = 0;
    for (int seed = 0; seed < rotations; seed++) {
      Encoder encoder = new Encoder(new Rotation(dimensions, seed), center);
      double error = estimate(encoder, query, vector) - truth;
      sum += error;
      squares += error * error;
    }
    double bias = sum / rotations;
    double deviation = Math.sqrt(squares / rotations);
    assertThat(bias).isCloseTo(0, within(4 * deviation / Math.sqrt(rotations)));
    double queryScale = distance == Distance.DOT ? center.unit() / Math.sqrt(dot(query, query)) : 1;
    double bound = rest(center, vector) * rest(center, query) * queryScale;
    // Theorem 3.2 with its constant, 0.75, and the four bits of the query.
    assertThat(deviation).isLessThan(bound / Math.sqrt(Rotation.padded(dimensions)));
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 64, 100, 384, 1_536, 4_096})
  void theErrorFallsWithTheRootOfTheDimensions(int dimensions) {
    Random random = new Random(dimensions);
    List<float[]> vectors = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      vectors.add(gaussian(random, dimensions, 0));
    }
    Center center = center(Distance.COSINE, vectors);
    Encoder encoder = new Encoder(new Rotation(dimensions, 5), center);
    double squares = 0;
    for (int i = 0; i < 200; i++) {
      float[] query = gaussian(random, dimensions, 0);
      float[] vector = vectors.get(i);
      squares += Math.pow(estimate(encoder, query, vector) - truth(center, query, vector), 2);
    }
    double deviation = Math.sqrt(squares / 200);
    assertThat(deviation * Math.sqrt(Rotation.padded(dimensions))).isLessThan(1);
  }

  /** Of what a bound promises: that the truth is below it as often as the deviations say. */
  @ParameterizedTest
  @EnumSource(Distance.class)
  void aRaisedEstimateIsABoundAsOftenAsItPromises(Distance distance) {
    int dimensions = 192;
    Random random = new Random(31);
    List<float[]> vectors = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      vectors.add(gaussian(random, dimensions, 0.4));
    }
    Center center = center(distance, vectors);
    Encoder encoder = new Encoder(new Rotation(dimensions, 8), center);
    int[] above = new int[2];
    for (float[] vector : vectors) {
      float[] query = gaussian(random, dimensions, 0.4);
      double truth = truth(center, query, vector);
      above[0] += bound(encoder, query, vector, 1.282) < truth ? 1 : 0;
      above[1] += bound(encoder, query, vector, 2.054) < truth ? 1 : 0;
    }
    assertThat(above[0] / 2_000.0).isBetween(0.08, 0.12);
    assertThat(above[1] / 2_000.0).isBetween(0.01, 0.03);
  }

  /** A score and its level are on the same side of every estimate. */
  @ParameterizedTest
  @EnumSource(Distance.class)
  void theLevelOfAScoreIsWhatItsEstimateWouldBe(Distance distance) {
    Random random = new Random(6);
    List<float[]> vectors = List.of(gaussian(random, 64, 2), gaussian(random, 64, 1));
    Center center = center(distance, vectors);
    float[] query = gaussian(random, 64, 3);
    Query prepared = new Encoder(new Rotation(64, 1), center).query(query, 0);
    for (float[] vector : vectors) {
      double truth = truth(center, query, vector);
      float score =
          (float)
              switch (distance) {
                case COSINE -> truth;
                case DOT -> dot(query, vector);
                case L2 -> -Math.sqrt(-2 * truth) * center.unit();
              };
      assertThat((double) prepared.level(score)).isCloseTo(truth, within(1e-4)).isLessThan(truth);
    }
    assertThat(prepared.level(Float.NEGATIVE_INFINITY)).isEqualTo(Float.NEGATIVE_INFINITY);
  }

  /** Nearest first by estimates: what a search needs of them. */
  @ParameterizedTest
  @EnumSource(Distance.class)
  void theNearestAreAmongTheBestEstimates(Distance distance) {
    int dimensions = 128;
    Random random = new Random(23);
    List<float[]> vectors = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      float[] around = gaussian(new Random(i % 40), dimensions, 0.5);
      float[] vector = gaussian(random, dimensions, 0);
      for (int j = 0; j < dimensions; j++) {
        vector[j] = around[j] + 0.6f * vector[j];
      }
      vectors.add(vector);
    }
    Center center = center(distance, vectors);
    Encoder encoder = new Encoder(new Rotation(dimensions, 1), center);
    int found = 0;
    for (int i = 0; i < 8; i++) {
      float[] query = vectors.get(random.nextInt(2_000)).clone();
      for (int j = 0; j < dimensions; j++) {
        query[j] += (float) (0.6 * random.nextGaussian());
      }
      List<float[]> byTruth = new ArrayList<>(vectors);
      byTruth.sort((a, b) -> Double.compare(truth(center, query, b), truth(center, query, a)));
      List<float[]> byEstimate = best(encoder, query, vectors, 100);
      found += (int) byTruth.subList(0, 10).stream().filter(byEstimate::contains).count();
    }
    assertThat(found).isGreaterThanOrEqualTo(77);
  }

  private static List<float[]> best(
      Encoder encoder, float[] query, List<float[]> vectors, int count) {
    record Estimated(float[] vector, float estimate) {}
    return vectors.stream()
        .map(vector -> new Estimated(vector, estimate(encoder, query, vector)))
        .sorted((a, b) -> Float.compare(b.estimate(), a.estimate()))
        .limit(count)
        .map(Estimated::vector)
        .toList();
  }

  @ParameterizedTest
  @EnumSource(Distance.class)
  void zeroEqualTinyAndHugeVectorsHaveEstimatesThatAreNumbers(Distance distance) {
    int dimensions = 70;
    Random random = new Random(2);
    float[] zero = new float[dimensions];
    List<float[]> odd = new ArrayList<>(List.of(zero, gaussian(random, dimensions, 0)));
    for (float size : new float[] {Float.MIN_VALUE, 1e-30f, 1e30f, Float.MAX_VALUE}) {
      float[] vector = new float[dimensions];
      Arrays.fill(vector, size);
      odd.add(vector);
      float[] single = new float[dimensions];
      single[3] = -size;
      odd.add(single);
    }
    for (float[] alone : odd) {
      for (List<float[]> present : List.of(List.of(alone, alone), odd)) {
        Encoder encoder = new Encoder(new Rotation(dimensions, 1), center(distance, present));
        for (float[] query : odd) {
          for (float[] vector : odd) {
            float estimate = estimate(encoder, query, vector);
            assertThat(Float.isFinite(estimate)).isTrue();
            assertThat(estimate).isGreaterThan(-1e29f);
          }
        }
      }
    }
  }

  /** Vectors far from one and far from the origin lose nothing of their order. */
  @Test
  void anyScaleEstimatesAsWell() {
    for (Distance distance : Distance.values()) {
      for (double size : new double[] {1e-42, 1e-20, 1, 1e20, 1e36}) {
        Random random = new Random(9);
        List<float[]> vectors = new ArrayList<>();
        for (int i = 0; i < 101; i++) {
          float[] vector = gaussian(random, 256, 1);
          for (int j = 0; j < 256; j++) {
            vector[j] = (float) (vector[j] * size);
          }
          vectors.add(vector);
        }
        float[] query = vectors.removeLast();
        Center center = center(distance, vectors);
        Encoder encoder = new Encoder(new Rotation(256, 4), center);
        double squares = 0;
        for (float[] vector : vectors) {
          squares += Math.pow(estimate(encoder, query, vector) - truth(center, query, vector), 2);
        }
        assertThat(Math.sqrt(squares / 100)).isLessThan(0.08);
      }
    }
  }

  @Test
  void aVectorThatIsTheCenterIsEstimatedExactly() {
    float[] vector = gaussian(new Random(1), 48, 0);
    for (Distance distance : List.of(Distance.DOT, Distance.L2)) {
      Center center = center(distance, List.of(vector, vector, vector));
      Encoder encoder = new Encoder(new Rotation(48, 1), center);
      float[] query = gaussian(new Random(2), 48, 0);
      double truth = truth(center, query, vector);
      assertThat((double) estimate(encoder, query, vector)).isCloseTo(truth, within(1e-4));
    }
  }

  @Test
  void nothingHasACenterToo() {
    Center center = new Center.Sum(Distance.L2, 3).center();
    assertThat(center.mean()).containsOnly(0);
    assertThat(center.unit()).isEqualTo(1);
  }
}
