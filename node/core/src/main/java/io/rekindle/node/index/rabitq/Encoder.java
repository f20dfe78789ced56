package io.rekindle.node.index.rabitq;

import io.rekindle.node.model.Distance;

/**
 * Makes codes of vectors, and queries that compare with codes.
 *
 * <p>With x and q rotated and r = x - m, a code is the sign of each coordinate of r and two floats,
 * a = |r|^2 / sum|r| and b = &lt;m, r&gt; - a &lt;m, sgn r&gt;, so that
 *
 * <pre>  &lt;q, x&gt; ~ &lt;q, m&gt; + b + a &lt;q, sgn r&gt;</pre>
 *
 * <p>which over the random rotations is unbiased, with an error of the order of |r| |q - m| /
 * sqrt(n) (Gao and Long, RaBitQ: Quantizing High-Dimensional Vectors with a Theoretical Error Bound
 * for Approximate Nearest Neighbor Search, SIGMOD 2024, theorem 3.2; here with a form of the
 * estimate that leaves nothing of the query to be computed for each mean). The estimate is
 *
 * <ul>
 *   <li>{@code COSINE}: of the cosine: x and q are divided by their lengths first;
 *   <li>{@code DOT}: of &lt;q, x&gt; / |q|, in units of the center;
 *   <li>{@code L2}: of -|q - x|^2 / 2, in squares of the unit. As distances do not change when all
 *       is moved by the center's mean, that is done first, so that little cancels: that mean
 *       becomes 0, and b of any has -|x|^2 / 2 more.
 * </ul>
 *
 * <p>A vector more than 2^40 times as long as the unit is taken as if it were 2^40 units long:
 * estimates then keep to the range of floats, and its rank is hardly another. Immutable and
 * thread-safe.
 */
public final class Encoder {
  private static final double LENGTH_MAX = 0x1p40;

  private final Rotation rotation;
  private final Center center;
  private final boolean moved;

  // Rotated; zeros when everything is moved by it.
  private final float[] mean;

  /**
   * @throws IllegalArgumentException when the two have different dimensions
   */
  public Encoder(Rotation rotation, Center center) {
    if (rotation.dimensions() != center.mean().length) {
      throw new IllegalArgumentException("the rotation is of the center's dimensions");
    }
    this.rotation = rotation;
    this.center = center;
    this.moved = center.distance() == Distance.L2;
    this.mean = new float[rotation.padded()];
    if (!moved) {
      for (int i = 0; i < center.mean().length; i++) {
        mean[i] = (float) center.mean()[i];
      }
      rotation.apply(mean);
    }
  }

  /**
   * A code.
   *
   * @param bits one for each rotated dimension, set where the sign is plus
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  public record Code(long[] bits, float a, float b) {}

  /** Dimensions of the vectors. */
  public int dimensions() {
    return rotation.dimensions();
  }

  /** Dimensions of rotated vectors. */
  public int rotatedDimensions() {
    return rotation.padded();
  }

  /** Whether distances are estimated, and all is moved by the center's mean for that. */
  public boolean isMoved() {
    return moved;
  }

  /** The code of a finite vector of the center's dimensions. */
  public Code encode(float[] vector) {
    return encode(rotated(vector), mean);
  }

  /**
   * A finite vector of the center's dimensions as codes are made of it: its direction, or in units,
   * moved or not, and rotated, of the rotation's padded dimensions.
   */
  public float[] rotated(float[] vector) {
    return rotated(vector, center.distance() == Distance.COSINE);
  }

  /**
   * The code of a {@link #rotated} vector against another mean than the center's: a list has its
   * own. For {@code L2} all is still moved by the center first, and b loses half of the square of
   * what that leaves of the vector.
   */
  public Code encode(float[] rotated, float[] mean) {
    long[] bits = new long[rotated.length / Long.SIZE];
    double squares = 0;
    double sum = 0;
    double meanByRest = 0;
    double meanBySigns = 0;
    double whole = 0;
    for (int i = 0; i < rotated.length; i++) {
      double rest = (double) rotated[i] - mean[i];
      double size = Math.abs(rest);
      squares += rest * rest;
      whole += (double) rotated[i] * rotated[i];
      sum += size;
      meanByRest += mean[i] * rest;
      meanBySigns += rest > 0 ? mean[i] : -mean[i];
      bits[i / Long.SIZE] |= rest > 0 ? 1L << i : 0;
    }
    // Squares of the tiniest vanish in doubles too: they count as zeros.
    double a = squares > 0 ? squares / sum : 0;
    double b = meanByRest - a * meanBySigns - (moved ? whole / 2 : 0);
    return new Code(bits, (float) a, (float) b);
  }

  /**
   * Makes a finite vector of the center's dimensions a query.
   *
   * @param deviations how many standard deviations of its error each estimate is raised by: 0 for
   *     the estimate itself, 2 for a bound that the truth is below in 98 of 100 cases
   */
  public Query query(float[] vector, double deviations) {
    float[] rotated = rotatedQuery(vector);
    double dot = 0;
    double squares = 0;
    for (int i = 0; i < rotated.length; i++) {
      dot += (double) rotated[i] * mean[i];
      squares += (double) mean[i] * mean[i];
    }
    return query(vector, rotated, deviations).against(dot, squares);
  }

  /** As {@link #rotated(float[])}, for what codes are compared with. */
  public float[] rotatedQuery(float[] vector) {
    return rotated(vector, !moved);
  }

  /**
   * A query before it is known against which mean.
   *
   * @param rotated the {@link #rotatedQuery}
   */
  public Query.Open query(float[] vector, float[] rotated, double deviations) {
    double length = Center.length(vector);
    double unit = center.unit();
    double scale =
        switch (center.distance()) {
          case COSINE -> 1;
          case DOT -> length > 0 ? 1 / length / unit : 0;
          case L2 -> 1 / unit;
        };
    return new Query.Open(rotated, deviations, scale, moved);
  }

  /**
   * The vector as it is compared, rotated: its direction, or in units, moved or not, and not too
   * long.
   */
  private float[] rotated(float[] vector, boolean direction) {
    double[] origin = center.mean();
    double unit = direction ? Center.length(vector) : center.unit();
    double squares = 0;
    double[] values = new double[vector.length];
    for (int i = 0; i < vector.length; i++) {
      values[i] = (unit > 0 ? vector[i] / unit : 0) - (moved ? origin[i] : 0);
      squares += values[i] * values[i];
    }
    double factor = squares > LENGTH_MAX * LENGTH_MAX ? LENGTH_MAX / Math.sqrt(squares) : 1;
    float[] rotated = new float[rotation.padded()];
    for (int i = 0; i < vector.length; i++) {
      rotated[i] = (float) (values[i] * factor);
    }
    rotation.apply(rotated);
    return rotated;
  }
}
