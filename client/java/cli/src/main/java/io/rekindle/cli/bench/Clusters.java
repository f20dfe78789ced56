package io.rekindle.cli.bench;

import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Unit vectors around random centres, as texts of several topics have: uniform ones would all be
 * equally far apart. Thread-safe; each caller brings its own source of randomness.
 */
final class Clusters {
  private static final double SPREAD = 0.6;

  private final float[][] centres;

  Clusters(int dimensions, int count, long seed) {
    RandomGenerator random = new SplittableRandom(seed);
    centres = new float[count][];
    for (int i = 0; i < count; i++) {
      centres[i] = gaussian(random, dimensions, 1);
      normalize(centres[i]);
    }
  }

  float[] next(RandomGenerator random) {
    float[] centre = centres[random.nextInt(centres.length)];
    float[] vector = gaussian(random, centre.length, SPREAD / Math.sqrt(centre.length));
    for (int i = 0; i < vector.length; i++) {
      vector[i] += centre[i];
    }
    normalize(vector);
    return vector;
  }

  static float dot(float[] left, float[] right) {
    float sum = 0;
    for (int i = 0; i < left.length; i++) {
      sum += left[i] * right[i];
    }
    return sum;
  }

  private static float[] gaussian(RandomGenerator random, int dimensions, double scale) {
    float[] vector = new float[dimensions];
    for (int i = 0; i < dimensions; i++) {
      vector[i] = (float) (random.nextGaussian() * scale);
    }
    return vector;
  }

  private static void normalize(float[] vector) {
    float length = (float) Math.sqrt(dot(vector, vector));
    for (int i = 0; i < vector.length; i++) {
      vector[i] /= length;
    }
  }
}
