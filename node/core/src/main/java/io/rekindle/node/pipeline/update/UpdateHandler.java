package io.rekindle.node.pipeline.update;

import io.rekindle.node.access.AccessPass;
import io.rekindle.node.embedding.EmbeddingQueue;
import io.rekindle.node.model.ContentId;
import io.rekindle.node.model.EmbeddingStatus;
import io.rekindle.node.model.Memory;
import io.rekindle.node.model.MemoryCommand;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.Reply;
import io.rekindle.node.pipeline.token.WaitTokens;
import io.rekindle.node.storage.MemoryStore;
import io.rekindle.node.storage.NamespaceStore;
import io.rekindle.node.telemetry.NodeMeters;

/** Changes one memory; new content goes to the embedding queue again. */
public final class UpdateHandler {
  private final NamespaceStore namespaces;
  private final MemoryStore memories;
  private final EmbeddingQueue embeddings;
  private final WaitTokens tokens;
  private final NodeMeters meters;

  public UpdateHandler(
      NamespaceStore namespaces,
      MemoryStore memories,
      EmbeddingQueue embeddings,
      WaitTokens tokens,
      NodeMeters meters) {
    this.namespaces = namespaces;
    this.memories = memories;
    this.embeddings = embeddings;
    this.tokens = tokens;
    this.meters = meters;
  }

  public Reply handle(AccessPass pass, MemoryCommand.Update command) {
    Namespace namespace = namespaces.open(pass, command.namespace());
    Memory updated =
        memories.update(
            pass,
            namespace,
            command.memoryId(),
            command.expectedVersion(),
            command.patch(),
            command.idempotencyKey(),
            pass.principal().keyId().value());
    if (updated.columns().embeddingStatus() == EmbeddingStatus.PENDING
        && !embeddings.offer(namespace.path(), updated.memoryId())) {
      meters.count(NodeMeters.Count.EMBEDDING_QUEUE_FULL, 1);
    }
    return new Reply.Updated(
        updated,
        tokens.seal(
            pass,
            new ContentId(
                namespace.path(), updated.memoryId(), updated.columns().contentVersion())));
  }
}
