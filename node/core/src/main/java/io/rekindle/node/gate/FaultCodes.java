package io.rekindle.node.gate;

import io.rekindle.node.error.ErrorCode;

/** Knows what a fault of the engine below is to a caller. Thread-safe. */
@FunctionalInterface
public interface FaultCodes {
  /** INTERNAL, unless something more can be said. */
  ErrorCode codeOf(Throwable fault);
}
