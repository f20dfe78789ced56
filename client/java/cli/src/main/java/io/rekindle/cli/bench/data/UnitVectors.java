package io.rekindle.cli.bench.data;

/** Arithmetic of vectors whose length is 1, where the cosine is the inner product. */
public final class UnitVectors {
  private UnitVectors() {}

  public static float dot(float[] left, float[] right) {
    float sum = 0;
    for (int i = 0; i < left.length; i++) {
      sum += left[i] * right[i];
    }
    return sum;
  }

  /** Of any two vectors of the same dimensions. */
  public static float squaredDistance(float[] left, float[] right) {
    float sum = 0;
    for (int i = 0; i < left.length; i++) {
      float difference = left[i] - right[i];
      sum += difference * difference;
    }
    return sum;
  }

  /** Makes the length 1; false, with nothing changed, when it is 0 or not finite. */
  static boolean normalize(float[] vector) {
    double squares = 0;
    for (float value : vector) {
      squares += (double) value * value;
    }
    if (squares == 0 || !Double.isFinite(squares)) {
      return false;
    }
    float length = (float) Math.sqrt(squares);
    for (int i = 0; i < vector.length; i++) {
      vector[i] /= length;
    }
    return true;
  }
}
