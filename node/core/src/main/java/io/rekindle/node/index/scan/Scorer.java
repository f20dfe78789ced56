package io.rekindle.node.index.scan;

import io.rekindle.node.model.Distance;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Compares one query with stored vectors. Immutable and thread-safe.
 *
 * <p>Exact scores are summed in doubles, where no float vector overflows or vanishes, always in the
 * same order, and end in the range of a float.
 */
public final class Scorer {
  private final Distance distance;
  private final double[] query;
  private final float[] unitQuery;
  private final double queryNorm;

  public Scorer(Distance distance, float[] query) {
    this.distance = distance;
    this.query = new double[query.length];
    double squares = 0;
    for (int i = 0; i < query.length; i++) {
      this.query[i] = query[i];
      squares += this.query[i] * this.query[i];
    }
    this.queryNorm = Math.sqrt(squares);
    this.unitQuery = new float[Kernel.padded(query.length)];
    for (int i = 0; i < query.length && queryNorm > 0; i++) {
      unitQuery[i] = (float) (query[i] / queryNorm);
    }
  }

  /** Dimensions of the query. */
  public int dimensions() {
    return query.length;
  }

  /** What the kernel multiplies codes with: the query divided by its length, padded with zeros. */
  public float[] unitQuery() {
    return unitQuery;
  }

  /**
   * False only when the vector cannot score {@code threshold} or more.
   *
   * @param dot the kernel's result for the code
   */
  public boolean mayReach(float threshold, float dot, float scale, float margin, float norm) {
    if (threshold <= -Float.MAX_VALUE) {
      return true;
    }
    double bound = scale * (double) dot + margin;
    return switch (distance) {
      case COSINE -> bound >= (double) threshold - Float.MIN_VALUE;
      case DOT -> queryNorm * bound >= (double) threshold - Float.MIN_VALUE;
      case L2 -> mayBeWithin(Math.max(0, -(double) threshold) + Float.MIN_VALUE, bound, norm);
    };
  }

  /** By |q - x|^2 = |q|^2 + |x|^2 - 2 q x, with room for what cancels and for float distances. */
  private boolean mayBeWithin(double radius, double bound, double norm) {
    double squares = queryNorm * queryNorm + norm * norm;
    double least = squares - 2 * queryNorm * bound - 1e-12 * squares;
    return least <= radius * radius * (1 + 1e-6);
  }

  /**
   * The exact score.
   *
   * @param floats holds the vector from {@code offset} (bytes)
   */
  public float score(MemorySegment floats, long offset) {
    return switch (distance) {
      case COSINE -> {
        double norms = queryNorm * norm(floats, offset, query.length);
        yield norms == 0 ? 0 : finite(Math.clamp(dot(floats, offset) / norms, -1.0, 1.0));
      }
      case DOT -> finite(dot(floats, offset));
      case L2 -> finite(-Math.sqrt(squaredDistance(floats, offset)));
    };
  }

  /**
   * The score of what a code stands for, which is off the exact one by at most the code's margin,
   * times the query's length for {@code DOT}.
   *
   * @param dot the kernel's result for the code
   * @param codes hold the code from {@code offset} (bytes)
   */
  public double estimate(float dot, MemorySegment codes, long offset, float scale) {
    return switch (distance) {
      case COSINE -> scale * (double) dot;
      case DOT -> queryNorm * scale * dot;
      // Not by the kernel's result: little would be left of it where the two are near.
      case L2 -> -Math.sqrt(squaredDistance(codes, offset, scale));
    };
  }

  /** An {@link #estimate} as a score. */
  public float approximate(double estimate) {
    return finite(distance == Distance.COSINE ? Math.clamp(estimate, -1.0, 1.0) : estimate);
  }

  /** No exact score of a vector with this {@link #estimate} is above it. */
  public float high(double estimate, float margin) {
    return finite(Quantizer.roundedUp(Math.min(estimate + error(estimate, margin), most())));
  }

  /** No exact score of a vector with this {@link #estimate} is below it. */
  public float low(double estimate, float margin) {
    return finite(-Quantizer.roundedUp(error(estimate, margin) - estimate));
  }

  private double most() {
    return distance == Distance.L2 ? 0 : Double.POSITIVE_INFINITY;
  }

  /** With room for the rounding of a score to a float, where the margin has none. */
  private double error(double estimate, float margin) {
    return switch (distance) {
      case COSINE -> margin + Float.MIN_VALUE;
      case DOT -> queryNorm * margin + Float.MIN_VALUE;
      case L2 -> margin + 1e-6 * -estimate + Float.MIN_VALUE;
    };
  }

  private static double norm(MemorySegment floats, long offset, int dimensions) {
    double even = 0;
    double odd = 0;
    int i = 0;
    for (; i + 2 <= dimensions; i += 2) {
      double first = at(floats, offset, i);
      double second = at(floats, offset, i + 1);
      even += first * first;
      odd += second * second;
    }
    double rest = i < dimensions ? at(floats, offset, i) : 0;
    return Math.sqrt(even + odd + rest * rest);
  }

  // Four sums, because each addition waits for the one before it.
  private double dot(MemorySegment floats, long offset) {
    double a = 0;
    double b = 0;
    double c = 0;
    double d = 0;
    int i = 0;
    for (; i + 4 <= query.length; i += 4) {
      a += query[i] * at(floats, offset, i);
      b += query[i + 1] * at(floats, offset, i + 1);
      c += query[i + 2] * at(floats, offset, i + 2);
      d += query[i + 3] * at(floats, offset, i + 3);
    }
    for (; i < query.length; i++) {
      a += query[i] * at(floats, offset, i);
    }
    return (a + b) + (c + d);
  }

  private double squaredDistance(MemorySegment floats, long offset) {
    double even = 0;
    double odd = 0;
    int i = 0;
    for (; i + 2 <= query.length; i += 2) {
      double first = query[i] - at(floats, offset, i);
      double second = query[i + 1] - at(floats, offset, i + 1);
      even += first * first;
      odd += second * second;
    }
    double rest = i < query.length ? query[i] - at(floats, offset, i) : 0;
    return even + odd + rest * rest;
  }

  private double squaredDistance(MemorySegment codes, long offset, float scale) {
    double even = 0;
    double odd = 0;
    int i = 0;
    for (; i + 2 <= query.length; i += 2) {
      double first = query[i] - codes.get(ValueLayout.JAVA_BYTE, offset + i) * (double) scale;
      double second =
          query[i + 1] - codes.get(ValueLayout.JAVA_BYTE, offset + i + 1) * (double) scale;
      even += first * first;
      odd += second * second;
    }
    double rest =
        i < query.length
            ? query[i] - codes.get(ValueLayout.JAVA_BYTE, offset + i) * (double) scale
            : 0;
    return even + odd + rest * rest;
  }

  private static float at(MemorySegment floats, long offset, int dimension) {
    return floats.get(ValueLayout.JAVA_FLOAT, offset + (long) dimension * Float.BYTES);
  }

  /** As a float, within its finite range; never minus zero, which would sort apart from zero. */
  private static float finite(double score) {
    return (float) Math.clamp(score, -Float.MAX_VALUE, Float.MAX_VALUE) + 0.0f;
  }
}
