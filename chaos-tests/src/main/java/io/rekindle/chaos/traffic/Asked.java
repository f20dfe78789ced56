package io.rekindle.chaos.traffic;

import io.rekindle.chaos.history.Fingerprint;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** The part of a request that its operation decides. */
record Asked(
    String key,
    String idempotencyKey,
    OptionalLong expectedVersion,
    @Nullable Fingerprint written) {

  static Asked read(String key) {
    return new Asked(key, "", OptionalLong.empty(), null);
  }

  static Asked search(String key, Fingerprint wanted) {
    return new Asked(key, "", OptionalLong.empty(), wanted);
  }
}
