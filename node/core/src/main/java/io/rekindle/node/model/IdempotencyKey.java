package io.rekindle.node.model;

import io.rekindle.node.error.RekindleException;

/** Makes a repeated write the same write; 1 to 128 bytes, remembered for 24 hours. */
public record IdempotencyKey(String value) {
  public IdempotencyKey {
    Limits.requireText("idempotency_key", value, Limits.IDEMPOTENCY_KEY_BYTES_MAX);
    if (value.isEmpty()) {
      throw RekindleException.invalid("idempotency_key", "an idempotency key has 1 to 128 bytes");
    }
  }
}
