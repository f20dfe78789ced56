package io.rekindle.node.model;

/** Where a memory is on its way to being found by meaning. */
public enum EmbeddingStatus {
  /** Stored; a vector will follow. */
  PENDING,
  /** Its vectors are in the index. */
  EMBEDDED,
  /** Ten attempts failed; tried again daily. */
  FAILED
}
