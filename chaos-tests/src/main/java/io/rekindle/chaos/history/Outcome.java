package io.rekindle.chaos.history;

/** How an operation ended, as far as its client can know. */
public enum Outcome {
  /** Acknowledged; for a read also that there is nothing. */
  OK,
  /** Refused by a node that says it has done nothing. */
  FAILED,
  /** No answer, or one that does not say: it has happened, will happen later, or never. */
  UNKNOWN
}
