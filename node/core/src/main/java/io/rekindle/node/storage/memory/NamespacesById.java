package io.rekindle.node.storage.memory;

import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.NamespaceId;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds the namespace of a row, for background work that begins with rows. */
@FunctionalInterface
public interface NamespacesById {
  /** The namespace, or null when it was deleted or can't be touched. */
  @Nullable Namespace find(NamespaceId id);

  /** Whether a delete of the namespace is being decided, on this node or another. */
  default boolean isClosing(Namespace namespace) {
    return false;
  }

  /** Whether its tenant has a key of its own that is not to be had: nothing in it opens. */
  default boolean isLocked(Namespace namespace) {
    return false;
  }

  /** Partitions that background work keeps away from; their namespaces are not found. */
  default Set<Integer> avoidedPartitions() {
    return Set.of();
  }
}
