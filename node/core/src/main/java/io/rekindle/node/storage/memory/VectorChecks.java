package io.rekindle.node.storage.memory;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.Distance;
import io.rekindle.node.model.EmbeddingModelId;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.NamespaceSettings;
import io.rekindle.node.model.VectorInput;
import java.util.List;
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
          ErrorCode.INVALID_ARGUMENT,
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

  /** Vectors of different models, dimensions or distances are never compared. */
  static void requireOneSpace(List<Namespace> namespaces, float[] vector) {
    NamespaceSettings first = namespaces.getFirst().settings();
    for (Namespace namespace : namespaces) {
      NamespaceSettings settings = namespace.settings();
      if (!settings.embeddingModel().equals(first.embeddingModel())
          || settings.dimensions() != first.dimensions()
          || settings.distance() != first.distance()) {
        throw new RekindleException(
            ErrorCode.MODEL_MISMATCH,
            "the namespaces have different embedding models and cannot be searched together",
            Map.of("namespace", namespace.path().toString()));
      }
    }
    if (vector.length != first.dimensions()) {
      throw new RekindleException(
          ErrorCode.MODEL_MISMATCH,
          "the query vector has other dimensions than the namespace",
          Map.of(
              "field", "vector",
              "expected", Integer.toString(first.dimensions()),
              "actual", Integer.toString(vector.length)));
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
