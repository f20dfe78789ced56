package io.rekindle.node.bootstrap;

import io.rekindle.node.access.Authorizer;
import io.rekindle.node.authn.ApiKeyMint;
import io.rekindle.node.embedding.CallWatch;
import io.rekindle.node.embedding.EmbeddingQueue;
import io.rekindle.node.embedding.EmbeddingWaits;
import io.rekindle.node.embedding.QueryVectorCache;
import io.rekindle.node.gate.CommandDispatcher;
import io.rekindle.node.keyring.Keyring;
import io.rekindle.node.pipeline.apikey.ApiKeyHandler;
import io.rekindle.node.pipeline.audit.AuditHandler;
import io.rekindle.node.pipeline.audit.NodeChains;
import io.rekindle.node.pipeline.backup.BackupHandler;
import io.rekindle.node.pipeline.cluster.ClusterHandler;
import io.rekindle.node.pipeline.delete.DeleteHandler;
import io.rekindle.node.pipeline.get.GetHandler;
import io.rekindle.node.pipeline.key.KeyHandler;
import io.rekindle.node.pipeline.list.ListHandler;
import io.rekindle.node.pipeline.namespace.NamespaceHandler;
import io.rekindle.node.pipeline.search.QueryEmbedder;
import io.rekindle.node.pipeline.search.SearchHandler;
import io.rekindle.node.pipeline.search.SearchWaits;
import io.rekindle.node.pipeline.state.StateHandler;
import io.rekindle.node.pipeline.status.StatusHandler;
import io.rekindle.node.pipeline.store.StoreHandler;
import io.rekindle.node.pipeline.token.PageTokens;
import io.rekindle.node.pipeline.token.TokenCipher;
import io.rekindle.node.pipeline.token.WaitTokens;
import io.rekindle.node.pipeline.update.UpdateHandler;
import io.rekindle.node.storage.AccessCounters;
import io.rekindle.node.storage.AgentStateStore;
import io.rekindle.node.storage.MemoryStore;
import io.rekindle.node.storage.engine.IgniteStorage;
import io.rekindle.node.telemetry.NodeMeters;

/** Wires the handlers of all commands; what they do with memories and states, owners do. */
final class Handlers {
  private Handlers() {}

  static CommandDispatcher of(
      NodeParts parts,
      IgniteStorage storage,
      MemoryStore memories,
      AgentStateStore agentStates,
      Keyring keyring,
      Authorizer authorizer,
      AccessCounters accesses,
      EmbeddingQueue queue,
      EmbeddingWaits waits,
      CallWatch queries,
      QueryVectorCache queryVectors,
      ClusterHandler cluster,
      BackupHandler backups,
      KeyHandler keys,
      StatusHandler status,
      NodeChains chains) {
    TokenCipher cipher = new SealedTokens(keyring);
    PageTokens tokens = new PageTokens(cipher);
    WaitTokens waitTokens = new WaitTokens(cipher);
    QueryEmbedder embedder =
        new QueryEmbedder(
            parts.models(),
            queries,
            queryVectors,
            new QueryDigest(),
            namespace -> keyring.isUnwrapped(namespace.id()));
    parts.meters().level(NodeMeters.Level.QUERY_VECTORS, queryVectors::size);
    return new CommandDispatcher(
        new StoreHandler(storage.namespaces(), memories, queue, waitTokens, parts.meters()),
        new GetHandler(storage.namespaces(), memories, accesses),
        new ListHandler(storage.namespaces(), memories, tokens),
        new SearchHandler(
            storage.namespaces(),
            memories,
            embedder,
            new SearchWaits(waitTokens, storage.vectors(), waits, parts.config().requests()),
            tokens,
            accesses,
            parts.meters(),
            parts.clock()),
        new UpdateHandler(storage.namespaces(), memories, queue, waitTokens, parts.meters()),
        new DeleteHandler(storage.namespaces(), memories),
        new StateHandler(storage.namespaces(), agentStates, tokens),
        new NamespaceHandler(storage.namespaces(), parts.models(), tokens),
        new ApiKeyHandler(
            storage.apiKeys(),
            storage.grants(),
            authorizer,
            new ApiKeyMint(),
            tokens,
            parts.clock()),
        new AuditHandler(parts.audit(), tokens, storage.auditBlocks()::findOther, chains),
        status,
        cluster,
        backups,
        keys);
  }

  /** The keyring's token cipher, as the tokens need it. */
  private record SealedTokens(Keyring keyring) implements TokenCipher {
    @Override
    public byte[] seal(byte[] plaintext, byte[] associatedData) {
      return keyring.sealToken(plaintext, associatedData);
    }

    @Override
    public byte[] open(byte[] sealed, byte[] associatedData) {
      return keyring.openToken(sealed, associatedData);
    }
  }
}
