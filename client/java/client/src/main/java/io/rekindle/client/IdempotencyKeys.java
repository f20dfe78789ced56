package io.rekindle.client;

import java.util.UUID;

/** Keys for writes whose caller brings none, so that a retry within a call is the same write. */
final class IdempotencyKeys {
  private IdempotencyKeys() {}

  static String next() {
    return UUID.randomUUID().toString();
  }
}
