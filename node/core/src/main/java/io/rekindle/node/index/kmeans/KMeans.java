package io.rekindle.node.index.kmeans;

import java.util.Random;
import java.util.function.BooleanSupplier;

/**
 * Lloyd's algorithm from a random start (Lloyd, Least squares quantization in PCM, IEEE Trans.
 * Inform. Theory 1982). A cluster that loses all of its points begins anew at a random one.
 */
public final class KMeans {
  /** More move the means by little, and searches by less. */
  private static final int ROUNDS = 6;

  private KMeans() {}

  /** Some vectors. */
  public interface Points {
    int count();

    int dimensions();

    /** Copies one. */
    void read(int number, float[] into);
  }

  /**
   * The means of the clusters of some points.
   *
   * @param points at least one
   * @param count of means; when there are fewer points, some means are equal
   * @param stop asked for each point whether to give up: the means are then what they are
   */
  public static Means of(Points points, int count, long seed, BooleanSupplier stop) {
    int dimensions = points.dimensions();
    Random random = new Random(seed);
    float[][] means = new float[count][dimensions];
    int[] order = shuffled(points.count(), random);
    for (int mean = 0; mean < count; mean++) {
      points.read(order[mean % order.length], means[mean]);
    }
    Means current = new Means(means);
    for (int round = 0; round < ROUNDS && !stop.getAsBoolean(); round++) {
      current = round(points, current, random, stop);
    }
    return current;
  }

  private static Means round(Points points, Means means, Random random, BooleanSupplier stop) {
    int dimensions = points.dimensions();
    double[][] sums = new double[means.count()][dimensions];
    int[] members = new int[means.count()];
    float[] point = new float[dimensions];
    float[] room = means.room();
    for (int number = 0; number < points.count() && !stop.getAsBoolean(); number++) {
      points.read(number, point);
      int mean = means.nearest(point, room);
      members[mean]++;
      double[] sum = sums[mean];
      for (int i = 0; i < dimensions; i++) {
        sum[i] += point[i];
      }
    }
    float[][] moved = new float[means.count()][dimensions];
    for (int mean = 0; mean < moved.length; mean++) {
      if (members[mean] == 0) {
        points.read(random.nextInt(points.count()), moved[mean]);
        continue;
      }
      for (int i = 0; i < dimensions; i++) {
        moved[mean][i] = (float) (sums[mean][i] / members[mean]);
      }
    }
    return new Means(moved);
  }

  private static int[] shuffled(int count, Random random) {
    int[] order = new int[count];
    for (int i = 0; i < count; i++) {
      int other = random.nextInt(i + 1);
      order[i] = order[other];
      order[other] = i;
    }
    return order;
  }
}
