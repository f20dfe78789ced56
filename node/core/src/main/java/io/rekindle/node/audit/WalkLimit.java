package io.rekindle.node.audit;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import java.time.Duration;
import java.util.Map;

/** How long a walk along chains may take. Safe for use by many threads. */
public interface WalkLimit {
  /** None. */
  WalkLimit NONE = () -> {};

  /**
   * Looks whether there is time left for a block or frame more.
   *
   * @throws RekindleException DEADLINE_EXCEEDED when there is not
   */
  void check();

  /** From now on; named {@code rekindle.audit.verify-max} where it is told. */
  static WalkLimit of(Duration max) {
    long began = System.nanoTime();
    return () -> {
      if (System.nanoTime() - began >= max.toNanos()) {
        throw new RekindleException(
            ErrorCode.DEADLINE_EXCEEDED,
            "the audit is too long to be verified within rekindle.audit.verify-max",
            Map.of("field", "rekindle.audit.verify-max", "limit", max.toString()));
      }
    };
  }
}
