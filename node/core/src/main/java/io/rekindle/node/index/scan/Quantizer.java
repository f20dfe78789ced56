package io.rekindle.node.index.scan;

import io.rekindle.node.model.Distance;
import org.jspecify.annotations.Nullable;

/**
 * Makes int8 codes and says how far each may be off.
 *
 * <p>For a vector x (divided by its length for {@code COSINE}) the code is c = round(x / s) with s
 * = max|x| / 127, and e = x - s c is what it lost. For a unit query q, Cauchy-Schwarz gives |&lt;q,
 * x&gt; - s &lt;q, c&gt;| &lt;= |e|. A kernel computes &lt;q, c&gt; in floats, in any order of n
 * terms: that adds at most about n 2^-24 |c| s (Higham, Accuracy and Stability of Numerical
 * Algorithms, 2nd edition, 3.1), rounding q to floats 2^-24 |c| s more, and a score as a float is
 * off by 2^-24 of itself. The margin holds all of it, with room for the doubles it is computed in.
 * The scale is a float before anything is rounded by it, and the margin is rounded up, so that both
 * bound as floats what they bound as doubles.
 *
 * <p>Immutable and thread-safe.
 */
public final class Quantizer {
  private static final double UNIT_ROUNDOFF = 0x1p-24;
  private static final int CODE_MAX = 127;

  private final int dimensions;
  private final Distance distance;
  private final double rounding;

  public Quantizer(int dimensions, Distance distance) {
    this.dimensions = dimensions;
    this.distance = distance;
    this.rounding = (Kernel.padded(dimensions) + 8) * UNIT_ROUNDOFF * 1.01;
  }

  /**
   * A code and what is needed to use it.
   *
   * @param codes padded with zeros
   * @param scale s; 0 for a vector of zeros
   * @param margin the most by which scale times the kernel's result can be off the truth
   * @param norm Euclidean length of the vector as it came, rounded down
   */
  public record Code(byte[] codes, float scale, float margin, float norm) {}

  /** The code of a vector, or null when it has the wrong dimensions or a number is not finite. */
  public @Nullable Code encode(float[] vector) {
    if (vector.length != dimensions) {
      return null;
    }
    float largest = 0;
    double squares = 0;
    for (float value : vector) {
      if (!Float.isFinite(value)) {
        return null;
      }
      largest = Math.max(largest, Math.abs(value));
      squares += (double) value * value;
    }
    double norm = Math.sqrt(squares);
    double unit = distance == Distance.COSINE && norm > 0 ? 1 / norm : 1;
    float scale = (float) (largest * unit / CODE_MAX);
    byte[] codes = new byte[Kernel.padded(dimensions)];
    double lostSquares = 0;
    for (int i = 0; i < dimensions && scale > 0; i++) {
      double value = vector[i] * unit;
      long code = Math.clamp(Math.round(value / scale), -CODE_MAX, CODE_MAX);
      codes[i] = (byte) code;
      double lost = value - code * (double) scale;
      lostSquares += lost * lost;
    }
    double lost = Math.sqrt(lostSquares);
    double margin = lost + rounding * (norm * unit + lost);
    return new Code(codes, scale, roundedUp(margin), -roundedUp(-norm));
  }

  /** The lowest float that is not below a number. */
  static float roundedUp(double number) {
    float rounded = (float) number;
    return rounded < number ? Math.nextUp(rounded) : rounded;
  }
}
