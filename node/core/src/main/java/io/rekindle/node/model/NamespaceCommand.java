package io.rekindle.node.model;

import org.jspecify.annotations.Nullable;

/** What can be asked about namespaces. */
public sealed interface NamespaceCommand extends Command {
  @Override
  default boolean mutates() {
    return this instanceof Create || this instanceof Delete;
  }

  /**
   * Makes a namespace.
   *
   * @param customerKey the customer's key that is to wrap those of this root namespace and of all
   *     below it, by its name in the configuration of the nodes; null for none in particular
   */
  record Create(NamespacePath path, NewNamespace wanted, @Nullable String customerKey)
      implements NamespaceCommand {}

  record Get(NamespacePath path) implements NamespaceCommand {}

  /** Lists what the caller may see, by name. */
  record ListPage(@Nullable NamespacePath below, int pageSize, @Nullable String page)
      implements NamespaceCommand {
    public ListPage {
      pageSize = MemoryCommand.requirePageSize(pageSize);
    }
  }

  /**
   * Deletes a namespace that has no children.
   *
   * @param withMemories deletes what is in it too; without it a namespace that is not empty stays
   */
  record Delete(NamespacePath path, boolean withMemories) implements NamespaceCommand {}
}
