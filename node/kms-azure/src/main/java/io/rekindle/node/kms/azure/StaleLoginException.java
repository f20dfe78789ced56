package io.rekindle.node.kms.azure;

import io.rekindle.node.kms.KeyManagementException;

/** A refusal that may be of the login alone: it counts when a fresh one is refused, too. */
final class StaleLoginException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final KeyManagementException meaning;

  /**
   * @param meaning of the refusal, if the login is fresh
   */
  StaleLoginException(KeyManagementException meaning) {
    super(meaning);
    this.meaning = meaning;
  }

  KeyManagementException meaning() {
    return meaning;
  }
}
