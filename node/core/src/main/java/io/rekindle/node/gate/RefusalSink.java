package io.rekindle.node.gate;

/**
 * Where a door accounts for what it refuses by itself. Thread-safe, and never waits for a disk: it
 * may be called by the threads that serve the sockets.
 */
@FunctionalInterface
public interface RefusalSink {
  /**
   * Accounts for a refusal; to be called before it is answered.
   *
   * @param peer the client's address, from the socket
   * @throws io.rekindle.node.error.RekindleException AUDIT_UNAVAILABLE; nothing may then be
   *     answered
   */
  void refused(String peer, Refusal refusal);
}
