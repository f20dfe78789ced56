package io.rekindle.node.index.rabitq;

import java.util.Random;

/**
 * A random rotation that costs O(n log n) instead of O(n^2), after which no coordinate of a vector
 * is special, so that the signs alone say a lot of its direction.
 *
 * <p>The vector is padded with zeros to a multiple of 64. Four rounds follow: random signs, a
 * Walsh-Hadamard transform of the largest power of two that fits, laid over the beginning and the
 * end in turns, and, if that leaves a rest, a step of Kac's walk, which turns each coordinate of
 * the first half and its counterpart in the second by 45 degrees, so that the two parts mix. Each
 * step is orthogonal, hence so is the whole. (Signs and transform: Ailon and Chazelle, The Fast
 * Johnson-Lindenstrauss Transform, SIAM J. Comput. 2009; Kac's walk: Jain, Pillai, Sah, Sawhney,
 * Smith, Fast and memory-optimal dimension reduction using Kac's walk, 2022; both together: the
 * default of the RaBitQ authors' library.)
 *
 * <p>Immutable and thread-safe. {@link Random} is specified to the bit: the same seed gives the
 * same rotation on every JVM.
 */
public final class Rotation {
  /** Rotated vectors, and so codes, are padded to a multiple of this many dimensions. */
  public static final int STRIDE = Long.SIZE;

  private static final int ROUNDS = 4;

  private final int dimensions;
  private final int padded;
  private final int block;
  private final float scale;

  // Of each round, with the transform's scale where that applies.
  private final float[][] signs = new float[ROUNDS][];

  /**
   * @param dimensions of the vectors
   */
  public Rotation(int dimensions, long seed) {
    this.dimensions = dimensions;
    this.padded = padded(dimensions);
    this.block = Integer.highestOneBit(padded);
    // Kac's step is left unscaled, by the square root of two each time.
    this.scale = block == padded ? 1 : 0.25f;
    Random random = new Random(seed);
    for (int round = 0; round < ROUNDS; round++) {
      signs[round] = new float[padded];
      int from = blockStart(round);
      for (int i = 0; i < padded; i++) {
        boolean transformed = i >= from && i < from + block;
        double size = transformed ? 1 / Math.sqrt(block) : 1;
        signs[round][i] = (float) (random.nextBoolean() ? size : -size);
      }
    }
  }

  /** Dimensions with padding. */
  static int padded(int dimensions) {
    return (dimensions + STRIDE - 1) / STRIDE * STRIDE;
  }

  /** Dimensions of the vectors that are rotated. */
  public int dimensions() {
    return dimensions;
  }

  /** Dimensions of a rotated vector. */
  public int padded() {
    return padded;
  }

  private int blockStart(int round) {
    return round % 2 == 0 ? 0 : padded - block;
  }

  /**
   * Rotates in place.
   *
   * @param vector of {@link #padded} dimensions, the padding zero; its length is to be far from
   *     what a float can hold
   */
  void apply(float[] vector) {
    for (int round = 0; round < ROUNDS; round++) {
      float[] flips = signs[round];
      for (int i = 0; i < padded; i++) {
        vector[i] *= flips[i];
      }
      transform(vector, blockStart(round), block);
      if (block < padded) {
        butterfly(vector, 0, padded / 2);
      }
    }
    for (int i = 0; i < padded; i++) {
      vector[i] *= scale;
    }
  }

  /** Walsh-Hadamard, unscaled. */
  private static void transform(float[] vector, int start, int size) {
    for (int half = size / 2; half > 0; half /= 2) {
      for (int at = start; at < start + size; at += 2 * half) {
        butterfly(vector, at, half);
      }
    }
  }

  /** Sum and difference of each coordinate and the one {@code half} further on. */
  private static void butterfly(float[] vector, int from, int half) {
    for (int i = from; i < from + half; i++) {
      float first = vector[i];
      float second = vector[i + half];
      vector[i] = first + second;
      vector[i + half] = first - second;
    }
  }
}
