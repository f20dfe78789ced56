package io.rekindle.node.pipeline.get;

import io.rekindle.node.access.AccessPass;
import io.rekindle.node.model.Memory;
import io.rekindle.node.model.MemoryCommand;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.Reply;
import io.rekindle.node.storage.AccessCounters;
import io.rekindle.node.storage.MemoryStore;
import io.rekindle.node.storage.NamespaceStore;
import java.util.List;
import java.util.Objects;

/** Reads one memory by its id or by the caller's own key. */
public final class GetHandler {
  private final NamespaceStore namespaces;
  private final MemoryStore memories;
  private final AccessCounters accesses;

  public GetHandler(NamespaceStore namespaces, MemoryStore memories, AccessCounters accesses) {
    this.namespaces = namespaces;
    this.memories = memories;
    this.accesses = accesses;
  }

  public Reply handle(AccessPass pass, MemoryCommand.Get command) {
    Namespace namespace = namespaces.open(pass, command.namespace());
    Memory memory =
        command.memoryId() != null
            ? memories.get(pass, namespace, command.memoryId())
            : memories.getByExternalKey(
                pass, namespace, Objects.requireNonNull(command.externalKey()));
    accesses.returned(namespace, List.of(memory.memoryId()));
    return new Reply.Got(memory);
  }
}
