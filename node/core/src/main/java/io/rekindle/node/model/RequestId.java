package io.rekindle.node.model;

import java.util.UUID;

/** Names one request in the answer, in the audit and in diagnostics. */
public record RequestId(UUID value) {
  public static RequestId random() {
    return new RequestId(UUID.randomUUID());
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
