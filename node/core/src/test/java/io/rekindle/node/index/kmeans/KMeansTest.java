package io.rekindle.node.index.kmeans;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** Clusters that are there are found, and what has none does no harm. */
class KMeansTest {
  private record Array(float[][] points) implements KMeans.Points {
    @Override
    public int count() {
      return points.length;
    }

    @Override
    public int dimensions() {
      return points[0].length;
    }

    @Override
    public void read(int number, float[] into) {
      System.arraycopy(points[number], 0, into, 0, into.length);
    }
  }

  private static float[][] around(float[][] centres, int count, double spread, long seed) {
    Random random = new Random(seed);
    float[][] points = new float[count][centres[0].length];
    for (float[] point : points) {
      float[] centre = centres[random.nextInt(centres.length)];
      for (int i = 0; i < point.length; i++) {
        point[i] = (float) (centre[i] + spread * random.nextGaussian());
      }
    }
    return points;
  }

  /** The mean square of the distance to the nearest mean. */
  private static double lost(float[][] points, Means means) {
    double sum = 0;
    for (float[] point : points) {
      float[] mean = means.mean(means.nearest(point, means.room()));
      for (int i = 0; i < point.length; i++) {
        sum += Math.pow((double) point[i] - mean[i], 2);
      }
    }
    return sum / points.length;
  }

  @Test
  void meansMoveToWhereThePointsAre() {
    float[][] centres = around(new float[][] {new float[64]}, 8, 10, 1);
    float[][] points = around(centres, 4_000, 0.1, 2);
    double before = lost(points, KMeans.of(new Array(points), 40, 3, new Stops(0)::getAsBoolean));
    double after = lost(points, KMeans.of(new Array(points), 40, 3, () -> false));
    assertThat(after).as("the spread alone is left").isLessThan(64 * 0.01).isLessThan(before);
  }

  private static final class Stops {
    private int left;

    Stops(int left) {
      this.left = left;
    }

    boolean getAsBoolean() {
      return left-- <= 0;
    }
  }

  @Test
  void theSameSeedGivesTheSameMeans() {
    float[][] points = around(new float[][] {new float[64]}, 500, 1, 4);
    Means first = KMeans.of(new Array(points), 10, 5, () -> false);
    Means second = KMeans.of(new Array(points), 10, 5, () -> false);
    for (int mean = 0; mean < 10; mean++) {
      assertThat(first.mean(mean)).isEqualTo(second.mean(mean));
    }
  }

  @Test
  void equalPointsAndFewerPointsThanMeansAreNoTrouble() {
    float[][] equal = new float[300][64];
    for (float[] point : equal) {
      java.util.Arrays.fill(point, 2);
    }
    assertThat(lost(equal, KMeans.of(new Array(equal), 10, 1, () -> false))).isZero();
    float[][] few = around(new float[][] {new float[64]}, 3, 1, 4);
    assertThat(lost(few, KMeans.of(new Array(few), 10, 1, () -> false))).isLessThan(1e-9);
  }
}
