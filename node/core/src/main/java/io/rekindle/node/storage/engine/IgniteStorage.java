package io.rekindle.node.storage.engine;

import io.rekindle.node.keyring.Keyring;
import io.rekindle.node.keyring.TenantKeys;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.storage.memory.IgniteAccessCountStore;
import io.rekindle.node.storage.memory.IgniteMemoryStore;
import io.rekindle.node.storage.memory.IgniteVectorStore;
import io.rekindle.node.storage.memory.NamespacesById;
import io.rekindle.node.storage.memory.OpenNamespaces;
import io.rekindle.node.storage.memory.Replays;
import io.rekindle.node.storage.row.AvoidedPartitions;
import io.rekindle.node.storage.row.Caches;
import io.rekindle.node.storage.row.SliceOwners;
import io.rekindle.node.storage.row.Transactions;
import io.rekindle.node.storage.slice.SliceIndexes;
import io.rekindle.node.storage.slice.SliceIndexingSpi;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import org.apache.ignite.Ignite;

/**
 * All stores over one running engine.
 *
 * <p>The order of a start: the engine with {@link
 * io.rekindle.node.storage.row.CacheConfigurations#all} and a {@link SliceIndexingSpi}; an {@link
 * IgniteWrappedKeyStore} over it; the keyring over that; then {@link #open}.
 */
public record IgniteStorage(
    IgniteNamespaceStore namespaces,
    IgniteMemoryStore memories,
    IgniteVectorStore vectors,
    IgniteAgentStateStore agentStates,
    IgniteAccessCountStore accessCounts,
    IgniteApiKeyStore apiKeys,
    IgniteGrantStore grants,
    IgniteAuditBlockStore auditBlocks,
    IgniteModelPinStore modelPins,
    SliceIndexes indexes,
    NamespacesById namespacesById,
    Keyring keyring)
    implements AutoCloseable {

  /**
   * What can be set.
   *
   * @param indexes bounds of the slice indexes
   * @param idempotencyLifetime how long a write is remembered by its idempotency key
   * @param damagedPartitions of the slices: nothing touches them
   */
  public record Settings(
      SliceIndexes.Settings indexes,
      Duration idempotencyLifetime,
      Set<Integer> damagedPartitions) {}

  /** Wires the stores, and lets committed changes flow to the slice indexes. */
  public static IgniteStorage open(
      Ignite ignite,
      SliceIndexingSpi hook,
      IgniteWrappedKeyStore wrappedKeys,
      TenantKeys tenants,
      Keyring keyring,
      Settings settings,
      InstantSource clock) {
    Caches caches = Caches.of(ignite);
    Transactions transactions = new Transactions(ignite);
    SliceIndexes indexes = new SliceIndexes(caches, keyring, settings.indexes());
    hook.attach(indexes);
    return open(
        ignite, caches, transactions, indexes, wrappedKeys, tenants, keyring, settings, clock);
  }

  private static IgniteStorage open(
      Ignite ignite,
      Caches caches,
      Transactions transactions,
      SliceIndexes indexes,
      IgniteWrappedKeyStore wrappedKeys,
      TenantKeys tenants,
      Keyring keyring,
      Settings settings,
      InstantSource clock) {
    Replays replays = new Replays(keyring, settings.idempotencyLifetime(), clock);
    AvoidedPartitions avoided = new AvoidedPartitions(ignite, settings.damagedPartitions());
    ClosingNamespaces closing = new ClosingNamespaces(ignite, wrappedKeys, transactions);
    NamespacesOnDisk byId = new NamespacesOnDisk(ignite, wrappedKeys, avoided, closing, keyring);
    OpenNamespaces openNamespaces = new OpenNamespaces(byId);
    closing.register(
        openNamespaces::drain,
        id -> {
          indexes.forget(id);
          keyring.forget(id);
        });
    IgniteMemoryStore memories =
        new IgniteMemoryStore(
            caches, transactions, keyring, replays, indexes, byId, openNamespaces, clock);
    IgniteGrantStore grants = new IgniteGrantStore(ignite, transactions);
    return new IgniteStorage(
        new IgniteNamespaceStore(
            ignite,
            byId,
            wrappedKeys,
            avoided,
            transactions,
            tenants,
            keyring,
            new NamespaceContents(new SliceOwners(ignite), caches, memories, indexes),
            openNamespaces,
            closing,
            clock),
        memories,
        new IgniteVectorStore(
            ignite,
            caches,
            transactions,
            keyring,
            byId,
            openNamespaces,
            () -> indexes.building() > 0,
            clock),
        new IgniteAgentStateStore(caches, transactions, keyring, replays, openNamespaces, clock),
        new IgniteAccessCountStore(caches, transactions),
        new IgniteApiKeyStore(ignite, transactions, grants, keyring),
        grants,
        new IgniteAuditBlockStore(ignite),
        new IgniteModelPinStore(ignite, transactions),
        indexes,
        byId,
        keyring);
  }

  /**
   * Lets go of what was opened by keys of tenants that were closed since.
   *
   * @param root the root namespace whose key was
   */
  public void lock(NamespacePath root) {
    keyring.forgetClosed();
    indexes.lock(root);
  }

  /** Frees the indexes; the engine is closed by its owner, after this. */
  @Override
  public void close() {
    indexes.close();
  }
}
