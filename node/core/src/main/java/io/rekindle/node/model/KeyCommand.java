package io.rekindle.node.model;

import org.jspecify.annotations.Nullable;

/** What can be asked about keys that wrap and seal; API keys are {@link AccessCommand}'s. */
public sealed interface KeyCommand extends Command {
  @Override
  default boolean mutates() {
    return !(this instanceof ListAll);
  }

  /** Which keys there are, and how old they are; never a key. Needs a grant on the root. */
  record ListAll() implements KeyCommand {}

  /**
   * Has each node wrap its copy of the cluster key anew, under the newest version of the same
   * customer's key.
   */
  record RewrapCluster() implements KeyCommand {}

  /** Gives the cluster a new key, and all that comes from it, in the place of the one it has. */
  record ReplaceCluster() implements KeyCommand {}

  /**
   * Has a root namespace's own key wrapped anew.
   *
   * @param customerKey by another of the customers' keys; null for the newest version of the same
   */
  record RewrapTenant(NamespacePath root, @Nullable String customerKey) implements KeyCommand {}
}
