package io.rekindle.cli.bench.data;

import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Unit vectors around random centres, as texts of several topics have: uniform ones would all be
 * equally far apart. Thread-safe; each caller brings its own source of randomness.
 */
public final class Clusters {
  /** Tight clusters: the cosine of a vector with its centre is about 0.86. */
  public static final double SPREAD = 0.6;

  private final float[][] centres;
  private final double spread;

  public Clusters(int dimensions, int count, long seed) {
    this(dimensions, count, SPREAD, seed);
  }

  /**
   * Chooses the centres.
   *
   * @param spread the length of what is added to a centre, whose own length is 1
   */
  public Clusters(int dimensions, int count, double spread, long seed) {
    RandomGenerator random = new SplittableRandom(seed);
    this.spread = spread;
    centres = new float[count][];
    for (int i = 0; i < count; i++) {
      centres[i] = gaussian(random, dimensions, 1);
      UnitVectors.normalize(centres[i]);
    }
  }

  /** A vector near one of the centres. */
  public float[] next(RandomGenerator random) {
    float[] centre = centres[random.nextInt(centres.length)];
    float[] vector = gaussian(random, centre.length, spread / Math.sqrt(centre.length));
    for (int i = 0; i < vector.length; i++) {
      vector[i] += centre[i];
    }
    UnitVectors.normalize(vector);
    return vector;
  }

  private static float[] gaussian(RandomGenerator random, int dimensions, double scale) {
    float[] vector = new float[dimensions];
    for (int i = 0; i < dimensions; i++) {
      vector[i] = (float) (random.nextGaussian() * scale);
    }
    return vector;
  }
}
