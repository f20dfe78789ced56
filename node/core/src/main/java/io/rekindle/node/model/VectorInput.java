package io.rekindle.node.model;

import io.rekindle.node.error.RekindleException;

/** A vector that a caller brings: 2 to 4,096 finite numbers. The array is not copied. */
public record VectorInput(float[] values) {
  public VectorInput {
    Limits.requireAtMost("vector", values.length, Limits.VECTOR_DIMENSIONS_MAX, "dimensions");
    if (values.length < Limits.VECTOR_DIMENSIONS_MIN) {
      throw RekindleException.invalid("vector", "a vector has at least 2 dimensions");
    }
    for (float value : values) {
      if (!Float.isFinite(value)) {
        throw RekindleException.invalid("vector", "a vector holds finite numbers only");
      }
    }
  }
}
