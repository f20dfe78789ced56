package io.rekindle.node.pipeline.delete;

import io.rekindle.node.access.AccessPass;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.MemoryCommand;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.Reply;
import io.rekindle.node.model.Reply.DeleteResult;
import io.rekindle.node.storage.MemoryStore;
import io.rekindle.node.storage.NamespaceStore;
import java.util.ArrayList;
import java.util.List;

/** Deletes each item in its own transaction; an item that fails leaves the others alone. */
public final class DeleteHandler {
  private final NamespaceStore namespaces;
  private final MemoryStore memories;

  public DeleteHandler(NamespaceStore namespaces, MemoryStore memories) {
    this.namespaces = namespaces;
    this.memories = memories;
  }

  public Reply handle(AccessPass pass, MemoryCommand.Delete command) {
    Namespace namespace = namespaces.open(pass, command.namespace());
    List<DeleteResult> results = new ArrayList<>(command.items().size());
    for (MemoryCommand.DeleteItem item : command.items()) {
      results.add(delete(pass, namespace, item));
    }
    return new Reply.Deleted(results);
  }

  private DeleteResult delete(AccessPass pass, Namespace namespace, MemoryCommand.DeleteItem item) {
    try {
      memories.delete(
          pass,
          namespace,
          item.memoryId(),
          item.expectedVersion(),
          item.idempotencyKey(),
          pass.principal().keyId().value());
      return new DeleteResult(item.memoryId(), null);
    } catch (RekindleException e) {
      return new DeleteResult(item.memoryId(), e);
    }
  }
}
