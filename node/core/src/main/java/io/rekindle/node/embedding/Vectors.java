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

  /**
   * Refuses what must not be kept: a number that is none compares with nothing, and a search that
   * meets it would answer anything.
   *
   * @throws RekindleException INTERNAL
   */
  static float[] requireForm(EmbeddingModel model, float[] vector) {
    boolean finite = true;
    for (float x : vector) {
      finite &= Float.isFinite(x);
    }
    if (!finite || vector.length != model.dimensions()) {
      throw ModelFault.of(
          "a model gave a vector of other dimensions, or not of finite numbers",
          "model",
          model.id().value(),
          "dimensions",
          Integer.toString(model.dimensions()),
          "actual",
          Integer.toString(vector.length));
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
