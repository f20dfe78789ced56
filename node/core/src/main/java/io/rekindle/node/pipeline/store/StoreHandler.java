package io.rekindle.node.pipeline.store;

import io.rekindle.node.access.AccessPass;
import io.rekindle.node.access.AgentIdentity;
import io.rekindle.node.embedding.EmbeddingQueue;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.ContentId;
import io.rekindle.node.model.EmbeddingStatus;
import io.rekindle.node.model.MemoryColumns;
import io.rekindle.node.model.MemoryCommand;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.Reply;
import io.rekindle.node.model.Reply.StoreResult;
import io.rekindle.node.pipeline.token.WaitTokens;
import io.rekindle.node.storage.MemoryStore;
import io.rekindle.node.storage.NamespaceStore;
import io.rekindle.node.telemetry.NodeMeters;
import java.util.ArrayList;
import java.util.List;

/**
 * Stores each item in its own transaction: an item that fails says so in its own result and leaves
 * the others alone. Never waits for an embedding.
 */
public final class StoreHandler {
  private final NamespaceStore namespaces;
  private final MemoryStore memories;
  private final EmbeddingQueue embeddings;
  private final WaitTokens tokens;
  private final NodeMeters meters;

  public StoreHandler(
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

  public Reply handle(AccessPass pass, MemoryCommand.Store command) {
    Namespace namespace = namespaces.open(pass, command.namespace());
    List<StoreResult> results = new ArrayList<>(command.items().size());
    for (MemoryCommand.StoreItem item : command.items()) {
      results.add(store(pass, namespace, item));
    }
    return new Reply.Stored(results);
  }

  private StoreResult store(AccessPass pass, Namespace namespace, MemoryCommand.StoreItem item) {
    try {
      StoreResult result =
          memories.store(
              pass,
              namespace,
              item.draft(),
              item.mintedId(),
              AgentIdentity.resolve(pass.principal(), item.draft().claimedAgentId()),
              item.idempotencyKey(),
              pass.principal().keyId().value());
      MemoryColumns stored = result.memory();
      if (stored == null) {
        return result;
      }
      if (stored.embeddingStatus() == EmbeddingStatus.PENDING
          && !embeddings.offer(namespace.path(), stored.memoryId())) {
        meters.count(NodeMeters.Count.EMBEDDING_QUEUE_FULL, 1);
      }
      return result.withWaitToken(
          tokens.seal(
              pass, new ContentId(namespace.path(), stored.memoryId(), stored.contentVersion())));
    } catch (RekindleException e) {
      return new StoreResult(null, false, e);
    }
  }
}
