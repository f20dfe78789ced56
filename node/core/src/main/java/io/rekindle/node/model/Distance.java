package io.rekindle.node.model;

/** How two vectors are compared; a model has one. Scores are always "higher is better". */
public enum Distance {
  /** Score = cosine, -1..1. */
  COSINE,
  /** Score = inner product. */
  DOT,
  /** Score = minus the Euclidean distance. */
  L2
}
