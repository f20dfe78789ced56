package io.rekindle.node.cluster;

/**
 * Ignite has started in its maintenance mode, in which nothing is served, and has stopped again.
 * What it can do by itself is done then, and the next start is an ordinary one.
 */
public final class MaintenanceDoneException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  MaintenanceDoneException() {
    super("Ignite asks for maintenance, which it has been given once.");
  }
}
