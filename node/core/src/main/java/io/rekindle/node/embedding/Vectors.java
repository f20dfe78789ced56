package io.rekindle.node.embedding;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import java.util.List;

/** The little arithmetic that follows a model. */
final class Vectors {
  private Vectors() {}

  /**
   * Scales in place.
   *
   * @throws RekindleException INTERNAL when the vector has no direction
   */
  static float[] toUnitLength(float[] vector) {
    double squares = 0;
    for (float x : vector) {
      squares += (double) x * x;
    }
    double length = Math.sqrt(squares);
    if (!(length > 0) || Double.isInfinite(length)) {
      throw new RekindleException(ErrorCode.INTERNAL, "a model gave a vector without direction");
    }
    for (int i = 0; i < vector.length; i++) {
      vector[i] = (float) (vector[i] / length);
    }
    return vector;
  }

  /** The direction between several unit vectors. */
  static float[] meanDirection(List<float[]> vectors) {
    float[] sum = new float[vectors.getFirst().length];
    for (float[] vector : vectors) {
      for (int i = 0; i < sum.length; i++) {
        sum[i] += vector[i];
      }
    }
    return toUnitLength(sum);
  }
}
