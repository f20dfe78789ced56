package io.rekindle.node.model;

/** How an index looked for the nearest vectors. */
public enum SearchPath {
  /** It judged every vector. */
  EXACT,
  /** It judged every vector of the few rows that the filter lets through. */
  GATHERED,
  /** It looked through the codes of all vectors. */
  CODES,
  /** It looked through the nearest lists of codes. */
  LISTS
}
