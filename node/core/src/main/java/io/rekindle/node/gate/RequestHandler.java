package io.rekindle.node.gate;

import io.rekindle.node.model.Reply;

/**
 * What a door talks to: the open gate while the engine runs, a closed one while it does not.
 * Thread-safe; blocks the calling thread until the answer is recorded.
 */
@FunctionalInterface
public interface RequestHandler {
  /**
   * Carries out a request.
   *
   * @return the answer, already recorded; or {@link Reply.NotYet} for a request that is to be
   *     handled again later
   * @throws io.rekindle.node.error.RekindleException the error to answer with; already recorded
   */
  Reply handle(Request request);
}
