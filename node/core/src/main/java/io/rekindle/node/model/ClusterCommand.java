package io.rekindle.node.model;

/** What can be asked about the node itself. */
public sealed interface ClusterCommand extends Command {
  @Override
  default boolean mutates() {
    return false;
  }

  /** What the person on call wants to know; needs a grant on the root. */
  record GetStatus() implements ClusterCommand {}

  /** Who the caller is and what they may do. */
  record WhoAmI() implements ClusterCommand {}
}
