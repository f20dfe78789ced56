package io.rekindle.node.index.rabitq;

import io.rekindle.node.model.Distance;

/**
 * What the codes of a set of vectors are made against: their mean, and the unit that their lengths
 * are measured in, which keeps the floats of a code in range whether the vectors are of the order
 * of 1e-40 or 1e38.
 *
 * @param mean of the vectors, each divided by its length for {@code COSINE}, in units
 * @param unit a power of two near their mean length, 1 for {@code COSINE}
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
public record Center(Distance distance, double[] mean, double unit) {
  /** Adds up. One thread. */
  public static final class Sum {
    private final Distance distance;
    private final double[] sum;
    private double lengths;
    private long count;

    public Sum(Distance distance, int dimensions) {
      this.distance = distance;
      this.sum = new double[dimensions];
    }

    /** Takes a finite vector. */
    public void add(float[] vector) {
      double length = length(vector);
      double factor = distance != Distance.COSINE ? 1 : length > 0 ? 1 / length : 0;
      for (int i = 0; i < sum.length; i++) {
        sum[i] += vector[i] * factor;
      }
      lengths += length;
      count++;
    }

    /** Vectors taken so far. */
    public long count() {
      return count;
    }

    /** The center of what was added; zero when that was nothing. */
    public Center center() {
      double mean = count == 0 ? 0 : lengths / count;
      boolean unitless = distance == Distance.COSINE || mean == 0;
      double unit = unitless ? 1 : Math.scalb(1, Math.getExponent(mean));
      double[] center = new double[sum.length];
      for (int i = 0; i < sum.length && count > 0; i++) {
        center[i] = sum[i] / count / unit;
      }
      return new Center(distance, center, unit);
    }
  }

  static double length(float[] vector) {
    double squares = 0;
    for (float value : vector) {
      squares += (double) value * value;
    }
    return Math.sqrt(squares);
  }
}
