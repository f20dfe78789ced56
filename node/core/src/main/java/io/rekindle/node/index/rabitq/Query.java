package io.rekindle.node.index.rabitq;

/**
 * A rotated query in four bits a dimension, laid out as four planes of bits, so that its inner
 * product with a code of signs is counting bits.
 *
 * <p>With M = max|q| and sixteen levels from -M to M, q_i ~ M/15 (2 u_i - 15) = M/15 sum_p 2^p
 * s_pi, where s_pi = 1 if bit p of u_i is set, else -1. Hence
 *
 * <pre>  &lt;q, sgn r&gt; ~ M/15 (15 n - 2 X),  X = sum_p 2^p popcount(code XOR plane_p)</pre>
 *
 * <p>Levels are rounded to the nearest. The paper rounds up or down at random, which makes the
 * error of this step zero on average for every query; but the rotation is random already, nothing
 * ties what a coordinate loses here to the sign of a stored vector there, and the nearest level has
 * half of the variance and gives the same query the same answer each time.
 *
 * <p>An estimate may be raised by some deviations of its error, which costs a code nothing: of the
 * error of the signs, |r| |q - m| sqrt((1 - c^2) / c^2 / (n - 1)) with c^2 = 2 / pi (theorem 3.2 of
 * the paper), and |r| = a c sqrt(n); and of the rounding of q, a sqrt(n) step / sqrt(12). Both are
 * a times a number of the query's.
 *
 * <p>Immutable and thread-safe.
 */
public final class Query {
  /** Bits of a dimension. */
  static final int PLANES = 4;

  private static final int LEVELS = (1 << PLANES) - 1;
  private static final double SIGNS_ERROR = Math.sqrt(1 - 2 / Math.PI);
  private static final double ROUNDING = 1e-5;

  private final long[] planes;
  private final double zero;
  private final double step;
  private final double base;
  private final double scale;
  private final boolean squared;

  /** For a code at bit distance X the estimate is base + b + a (zero - step X). */
  Query(long[] planes, double zero, double step, double base, double scale, boolean squared) {
    this.planes = planes;
    this.zero = zero;
    this.step = step;
    this.base = base;
    this.scale = scale;
    this.squared = squared;
  }

  /**
   * A query that can be compared with codes against any mean: only two numbers of it depend on
   * that. Immutable and thread-safe.
   */
  public static final class Open {
    private final long[] planes;
    private final double largest;
    private final double step;
    private final double squares;
    private final double deviations;
    private final int dimensions;
    private final double scale;
    private final boolean squared;

    /**
     * @param scale what makes a score comparable with estimates
     * @param squared whether estimates are of half the negative square of that
     */
    Open(float[] rotated, double deviations, double scale, boolean squared) {
      float most = 0;
      double sum = 0;
      for (float value : rotated) {
        most = Math.max(most, Math.abs(value));
        sum += (double) value * value;
      }
      this.dimensions = rotated.length;
      this.deviations = deviations;
      this.scale = scale;
      this.squared = squared;
      this.largest = most;
      this.squares = sum;
      this.step = 2.0 * most / LEVELS;
      this.planes = new long[rotated.length / Long.SIZE * PLANES];
      for (int i = 0; i < rotated.length && step > 0; i++) {
        long level = Math.clamp(Math.round(rotated[i] / step + LEVELS / 2.0), 0, LEVELS);
        for (int plane = 0; plane < PLANES; plane++) {
          planes[i / Long.SIZE * PLANES + plane] |= (level >> plane & 1) << i;
        }
      }
    }

    /**
     * The query for codes against one mean.
     *
     * @param dot of the rotated query and the rotated mean
     * @param meanSquares of the mean's length
     */
    public Query against(double dot, double meanSquares) {
      double rest = Math.sqrt(Math.max(0, squares - 2 * dot + meanSquares));
      double ofSigns = SIGNS_ERROR * rest;
      double ofRounding = step * Math.sqrt(dimensions / 12.0);
      double raise = deviations * Math.hypot(ofSigns, ofRounding);
      double base = squared ? dot - squares / 2 : dot;
      return new Query(planes, largest * dimensions + raise, step, base, scale, squared);
    }
  }

  /**
   * What an estimate has to reach for a vector to have this score or more, with room for the
   * rounding of floats.
   *
   * @param score the cosine, the inner product or minus the Euclidean distance
   */
  public float level(float score) {
    if (score <= -Float.MAX_VALUE) {
      return Float.NEGATIVE_INFINITY;
    }
    double scaled = score * scale;
    double level = squared ? -scaled * scaled / 2 : scaled;
    return (float) (level - ROUNDING * (1 + Math.abs(level)));
  }

  /** 64 bits of each plane, then the next 64 of each. */
  long[] planes() {
    return planes;
  }

  /** Longs of a code. */
  int words() {
    return planes.length / PLANES;
  }

  double zero() {
    return zero;
  }

  double step() {
    return step;
  }

  double base() {
    return base;
  }
}
