package io.rekindle.node.cluster;

import org.jspecify.annotations.Nullable;

/**
 * Told once when Ignite can no longer be trusted to go on, such as after a failed write of its WAL.
 */
@FunctionalInterface
public interface EngineFailureListener {
  /**
   * Stops the engine, without a checkpoint; if it still runs when {@link EngineFailureHandler}'s
   * patience ends, the process is halted. Called on a thread of its own.
   *
   * @param kind Ignite's name for the failure
   */
  void engineFailed(String kind, @Nullable Throwable cause);
}
