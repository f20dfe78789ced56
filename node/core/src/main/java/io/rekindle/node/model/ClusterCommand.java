package io.rekindle.node.model;

import java.util.Set;

/** What can be asked about the node itself. */
public sealed interface ClusterCommand extends Command {
  @Override
  default boolean mutates() {
    return false;
  }

  /** What the person on call wants to know; needs a grant on the root. */
  record GetStatus() implements ClusterCommand {}

  /** Which nodes there are; needs a grant on the root. */
  record ListNodes() implements ClusterCommand {}

  /**
   * Changes which nodes hold data; needs an administrator of the root.
   *
   * @param add ids of nodes that are there
   * @param remove ids of nodes that hold data
   * @param dryRun only says what would happen
   * @param acceptLoss although the last copy of something goes
   */
  record ChangeBaseline(Set<String> add, Set<String> remove, boolean dryRun, boolean acceptLoss)
      implements ClusterCommand {
    public ChangeBaseline {
      add = Set.copyOf(add);
      remove = Set.copyOf(remove);
    }

    @Override
    public boolean mutates() {
      return !dryRun;
    }
  }

  /**
   * Serves again what had no copy in reach; needs an administrator of the root.
   *
   * @param acceptLoss although nodes that hold data are away
   */
  record ResetLost(boolean acceptLoss) implements ClusterCommand {
    @Override
    public boolean mutates() {
      return true;
    }
  }

  /** Gives all groups of caches new keys on all nodes; needs an administrator of the root. */
  record RotateGroupKeys() implements ClusterCommand {
    @Override
    public boolean mutates() {
      return true;
    }
  }

  /** Who the caller is and what they may do. */
  record WhoAmI() implements ClusterCommand {}
}
