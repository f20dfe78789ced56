package io.rekindle.node.index.kmeans;

/**
 * The means of some clusters. Immutable and thread-safe.
 *
 * <p>Lengths are to be far from what a float can hold; who has others scales them first.
 */
public final class Means {
  /** Means among which the second list is looked for: a worse one is never much better. */
  private static final int NEAREST = 24;

  private static final DotKernel KERNEL = DotKernel.best();

  private final int dimensions;
  private final int count;
  private final float[] grouped;
  private final float[][] means;
  private final float[] squares;

  /**
   * @param means at least one, all of the same dimensions
   */
  Means(float[][] means) {
    this.dimensions = means[0].length;
    this.count = means.length;
    this.means = means;
    int groups = (count + DotKernel.GROUP - 1) / DotKernel.GROUP;
    this.grouped = new float[groups * DotKernel.GROUP * dimensions];
    this.squares = new float[count];
    for (int mean = 0; mean < count; mean++) {
      int at = mean / DotKernel.GROUP * DotKernel.GROUP * dimensions + mean % DotKernel.GROUP;
      double sum = 0;
      for (int i = 0; i < dimensions; i++) {
        float value = means[mean][i];
        grouped[at + i * DotKernel.GROUP] = value;
        sum += (double) value * value;
      }
      squares[mean] = (float) sum;
    }
  }

  /** How many there are. */
  public int count() {
    return count;
  }

  /** Bytes that {@code count} means take. */
  public static long bytes(int count, int dimensions) {
    int groups = (count + DotKernel.GROUP - 1) / DotKernel.GROUP;
    return (long) (groups * DotKernel.GROUP + count) * dimensions * Float.BYTES;
  }

  /** One of them, not to be changed. */
  public float[] mean(int number) {
    return means[number];
  }

  /** The square of a mean's length. */
  public float squares(int number) {
    return squares[number];
  }

  /** Room for {@link #dots}. */
  public float[] room() {
    return new float[(count + DotKernel.GROUP - 1) / DotKernel.GROUP * DotKernel.GROUP];
  }

  /** The inner product of a vector with each mean; what follows in {@code dots} means nothing. */
  public void dots(float[] vector, float[] dots) {
    KERNEL.dots(vector, grouped, dots);
  }

  /** The mean that is nearest. */
  public int nearest(float[] vector, float[] room) {
    dots(vector, room);
    int best = 0;
    for (int mean = 1; mean < count; mean++) {
      best = squares[mean] - 2 * room[mean] < squares[best] - 2 * room[best] ? mean : best;
    }
    return best;
  }

  /**
   * The two lists of a vector.
   *
   * @param first whose mean is nearest
   * @param second another one; the same when there is only one
   */
  public record Pair(int first, int second) {}

  /**
   * The two lists of a vector x: the nearest mean m, with the rest r = x - m, and the mean c that
   * minimises |x - c|^2 + (r (x - c))^2 / |r|^2 (SOAR, with lambda 1): its rest is small and points
   * elsewhere, so that a query for which the first list's estimate is bad, which is one in the
   * direction of r, is served by the second.
   */
  public Pair lists(float[] vector, float[] room) {
    dots(vector, room);
    int[] near = nearest(room);
    int first = near[0];
    double rest = 0;
    double restByVector = 0;
    float[] mean = means[first];
    for (int i = 0; i < dimensions; i++) {
      double r = (double) vector[i] - mean[i];
      rest += r * r;
      restByVector += r * vector[i];
    }
    double square = 0;
    for (float value : vector) {
      square += (double) value * value;
    }
    int second = first;
    double least = Double.POSITIVE_INFINITY;
    for (int i = 1; i < near.length; i++) {
      int other = near[i];
      double distance = square - 2.0 * room[other] + squares[other];
      double along = restByVector - restBy(vector, mean, means[other]);
      double cost = distance + (rest > 0 ? along * along / rest : 0);
      if (cost < least) {
        least = cost;
        second = other;
      }
    }
    return new Pair(first, second);
  }

  /** (x - m) c. */
  private static double restBy(float[] vector, float[] mean, float[] other) {
    double sum = 0;
    for (int i = 0; i < vector.length; i++) {
      sum += ((double) vector[i] - mean[i]) * other[i];
    }
    return sum;
  }

  /** The nearest few, nearest first. */
  private int[] nearest(float[] dots) {
    int[] near = new int[Math.min(NEAREST, count)];
    float[] distances = new float[near.length];
    int size = 0;
    for (int mean = 0; mean < count; mean++) {
      float distance = squares[mean] - 2 * dots[mean];
      if (size == near.length && distance >= distances[size - 1]) {
        continue;
      }
      int at = size < near.length ? size++ : size - 1;
      for (; at > 0 && distances[at - 1] > distance; at--) {
        distances[at] = distances[at - 1];
        near[at] = near[at - 1];
      }
      distances[at] = distance;
      near[at] = mean;
    }
    return near;
  }
}
