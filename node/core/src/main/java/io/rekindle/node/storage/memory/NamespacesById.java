package io.rekindle.node.storage.memory;

import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.NamespaceId;
import org.jspecify.annotations.Nullable;

/** Finds the namespace of a row, for background work that begins with rows. */
@FunctionalInterface
public interface NamespacesById {
  /** The namespace, or null when it was deleted. */
  @Nullable Namespace find(NamespaceId id);
}
