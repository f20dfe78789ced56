package io.rekindle.node.index.kmeans;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Means and the lists of vectors against a slow reference. */
class MeansTest {
  private static float[] gaussian(Random random, int dimensions) {
    float[] vector = new float[dimensions];
    for (int i = 0; i < dimensions; i++) {
      vector[i] = (float) random.nextGaussian();
    }
    return vector;
  }

  private static Means means(Random random, int count, int dimensions) {
    return new Means(
        IntStream.range(0, count)
            .mapToObj(_ -> gaussian(random, dimensions))
            .toArray(float[][]::new));
  }

  private static double dot(float[] first, float[] second) {
    double sum = 0;
    for (int i = 0; i < first.length; i++) {
      sum += (double) first[i] * second[i];
    }
    return sum;
  }

  private static double squaredDistance(float[] first, float[] second) {
    return dot(first, first) - 2 * dot(first, second) + dot(second, second);
  }

  @ParameterizedTest
  @CsvSource({"1, 64", "2, 64", "63, 128", "64, 64", "65, 512", "200, 192"})
  void everyKernelMultipliesAsTheDefinitionDoes(int count, int dimensions) {
    Random random = new Random(count);
    Means means = means(random, count, dimensions);
    float[] vector = gaussian(random, dimensions);
    float[] dots = means.room();
    means.dots(vector, dots);
    float[] scalar = means.room();
    float[] grouped = new float[scalar.length * dimensions];
    for (int mean = 0; mean < count; mean++) {
      for (int i = 0; i < dimensions; i++) {
        int group = mean / DotKernel.GROUP * DotKernel.GROUP * dimensions;
        grouped[group + i * DotKernel.GROUP + mean % DotKernel.GROUP] = means.mean(mean)[i];
      }
    }
    new ScalarDotKernel().dots(vector, grouped, scalar);
    for (int mean = 0; mean < count; mean++) {
      double truth = dot(vector, means.mean(mean));
      assertThat((double) dots[mean]).isCloseTo(truth, within(1e-3));
      assertThat((double) scalar[mean]).isCloseTo(truth, within(1e-3));
      assertThat((double) means.squares(mean))
          .isCloseTo(dot(means.mean(mean), means.mean(mean)), within(1e-2));
    }
    assertThat(DotKernel.best()).as("the wide one is tested").isInstanceOf(SimdDotKernel.class);
  }

  @Test
  void theFirstListIsTheNearestAndTheSecondCostsLeast() {
    Random random = new Random(5);
    Means means = means(random, 24, 64);
    for (int i = 0; i < 200; i++) {
      float[] vector = gaussian(random, 64);
      int nearest =
          IntStream.range(0, 24)
              .boxed()
              .min(
                  (a, b) ->
                      Double.compare(
                          squaredDistance(vector, means.mean(a)),
                          squaredDistance(vector, means.mean(b))))
              .orElseThrow();
      float[] rest = minus(vector, means.mean(nearest));
      int cheapest =
          IntStream.range(0, 24)
              .filter(list -> list != nearest)
              .boxed()
              .min(
                  (a, b) ->
                      Double.compare(
                          cost(vector, rest, means.mean(a)), cost(vector, rest, means.mean(b))))
              .orElseThrow();
      assertThat(means.lists(vector, means.room())).isEqualTo(new Means.Pair(nearest, cheapest));
      assertThat(means.nearest(vector, means.room())).isEqualTo(nearest);
    }
  }

  private static float[] minus(float[] first, float[] second) {
    float[] rest = new float[first.length];
    for (int i = 0; i < rest.length; i++) {
      rest[i] = first[i] - second[i];
    }
    return rest;
  }

  /** |x - c|^2 + (r (x - c))^2 / |r|^2. */
  private static double cost(float[] vector, float[] rest, float[] mean) {
    float[] other = minus(vector, mean);
    double along = dot(rest, other);
    return dot(other, other) + along * along / dot(rest, rest);
  }

  @Test
  void aVectorThatIsAMeanAndAVectorWithOneMeanHaveListsToo() {
    Random random = new Random(6);
    Means one = means(random, 1, 64);
    assertThat(one.lists(gaussian(random, 64), one.room())).isEqualTo(new Means.Pair(0, 0));
    Means some = means(random, 10, 64);
    Means.Pair pair = some.lists(some.mean(3), some.room());
    assertThat(pair.first()).isEqualTo(3);
    assertThat(pair.second()).isNotEqualTo(3);
    assertThat(some.lists(new float[64], some.room()).second()).isBetween(0, 9);
  }
}
