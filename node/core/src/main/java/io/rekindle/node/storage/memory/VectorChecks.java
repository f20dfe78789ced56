package io.rekindle.node.storage.memory;

import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.Distance;
import io.rekindle.node.model.EmbeddingModelId;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.VectorInput;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Whether a vector that a caller brings fits its namespace. */
final class VectorChecks {
  private VectorChecks() {}

  static boolean isExternal(Namespace namespace) {
    return namespace.settings().embeddingModel().equals(EmbeddingModelId.EXTERNAL);
  }

  /** In a namespace of the model {@code external} a vector is due, elsewhere it is refused. */
  static float @Nullable [] requireFitting(Namespace namespace, @Nullable VectorInput vector) {
    if (!isExternal(namespace)) {
      if (vector != null) {
        throw RekindleException.invalid(
            "vector", "the namespace's model makes the vectors, so none can be given");
      }
      return null;
    }
    if (vector == null) {
      throw RekindleException.invalid(
          "vector", "the namespace has the model external, so a vector must be given");
    }
    requireDimensions(namespace, vector.values());
    return vector.values();
  }

  static void requireDimensions(Namespace namespace, float[] vector) {
    int dimensions = namespace.settings().dimensions();
    if (vector.length != dimensions) {
      throw new RekindleException(
          io.rekindle.node.error.ErrorCode.INVALID_ARGUMENT,
          "a vector has the dimensions of its namespace",
          Map.of(
              "field", "vector",
              "expected", Integer.toString(dimensions),
              "actual", Integer.toString(vector.length)));
    }
    if (namespace.settings().distance() == Distance.COSINE && isZero(vector)) {
      throw RekindleException.invalid("vector", "a vector of zeros has no direction");
    }
  }

  private static boolean isZero(float[] vector) {
    for (float value : vector) {
      if (value != 0) {
        return false;
      }
    }
    return true;
  }
}
