package io.rekindle.node.bootstrap;

import io.rekindle.node.access.Authorizer;
import io.rekindle.node.access.PassCodec;
import io.rekindle.node.access.SystemPass;
import io.rekindle.node.access.SystemPass.Purpose;
import io.rekindle.node.authn.Authenticator;
import io.rekindle.node.cluster.AllNodes;
import io.rekindle.node.cluster.DamagedPartitions;
import io.rekindle.node.cluster.IgniteConfigurations;
import io.rekindle.node.cluster.NodeReports;
import io.rekindle.node.cluster.NodeTraits;
import io.rekindle.node.cluster.RunningIgnite;
import io.rekindle.node.cluster.SliceCalls;
import io.rekindle.node.cluster.SnapshotRestore;
import io.rekindle.node.cluster.XaesEncryptionSpi;
import io.rekindle.node.config.IndexConfig;
import io.rekindle.node.embedding.CallWatch;
import io.rekindle.node.embedding.EmbeddingModel;
import io.rekindle.node.embedding.EmbeddingQueue;
import io.rekindle.node.embedding.EmbeddingWaits;
import io.rekindle.node.embedding.QueryVectorCache;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.gate.RequestGate;
import io.rekindle.node.gate.RequestHandler;
import io.rekindle.node.keyring.ClusterKey;
import io.rekindle.node.keyring.GroupKeyCipher;
import io.rekindle.node.keyring.Keyring;
import io.rekindle.node.keyring.SubKeys;
import io.rekindle.node.pipeline.audit.NodeChains;
import io.rekindle.node.pipeline.key.KeyHandler;
import io.rekindle.node.pipeline.status.StatusHandler;
import io.rekindle.node.storage.AccessCounters;
import io.rekindle.node.storage.engine.IgniteStorage;
import io.rekindle.node.storage.engine.IgniteWrappedKeyStore;
import io.rekindle.node.storage.engine.KeyRotations;
import io.rekindle.node.storage.owner.OwnedStores;
import io.rekindle.node.storage.row.CacheConfigurations;
import io.rekindle.node.storage.slice.SliceIndexes;
import io.rekindle.node.storage.slice.SliceIndexingSpi;
import io.rekindle.node.storage.slice.SnapshotSettings;
import io.rekindle.node.storage.slice.WordSettings;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.ignite.Ignite;
import org.apache.ignite.configuration.CacheConfiguration;
import org.apache.ignite.configuration.IgniteConfiguration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everything that can be stopped and started inside the living process: Ignite, the stores, the
 * indexes, background work and the gate. Stopping it frees its memory, unwrapped keys included.
 */
final class Engine implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Engine.class);

  private final NodeParts parts;
  private final SliceIndexingSpi hook = new SliceIndexingSpi();
  private final Deque<AutoCloseable> running = new ArrayDeque<>();
  private final RequestHandler gate;
  private final ClusterPart cluster;
  private volatile boolean failed;

  private Engine(NodeParts parts, BooleanSupplier givenUp) throws IOException {
    this.parts = parts;
    try {
      PendingRestore restore = PendingRestore.find(parts);
      XaesEncryptionSpi encryption = new XaesEncryptionSpi(new GroupKeyCipher(parts.clusterKey()));
      CompletableFuture<Void> warm = warm(encryption);
      Ignite ignite = startIgnite(encryption, restore, givenUp);
      cluster =
          onStop(
              ClusterPart.begin(
                  parts.config(),
                  ignite,
                  parts.failures(),
                  new ClusterRecords(parts.audit()),
                  parts.clock()));
      cluster.awaitNothingLost(givenUp);
      IgniteWrappedKeyStore wrappedKeys = new IgniteWrappedKeyStore(ignite);
      TenantLeases tenants = onStop(new TenantLeases(parts, wrappedKeys));
      Keyring keyring = onStop(new Keyring(parts.clusterKey(), wrappedKeys, tenants));
      IgniteStorage storage = startStorage(ignite, wrappedKeys, tenants, keyring);
      TenantLocks locks = new TenantLocks(storage, parts.audit());
      tenants.watch(locks);
      if (restore != null) {
        restore.finish(storage, SystemPass.mint(Purpose.RECOVERY), cluster.membership().isOldest());
      }
      gate = cluster.confirmed().gate(startWork(ignite, storage, keyring, tenants, locks));
      warm.join();
    } catch (IOException | RuntimeException e) {
      failed = DamagedPartitions.isBehind(e);
      close();
      throw e;
    }
  }

  /**
   * Starts the engine; returns when it can answer.
   *
   * @param givenUp asked while it waits for other nodes; true ends the start with a {@link
   *     io.rekindle.node.cluster.SeparateRingException}
   * @throws io.rekindle.node.error.StartRefusedException in one sentence, when it must not start
   */
  static Engine start(NodeParts parts, BooleanSupplier givenUp) throws IOException {
    return new Engine(parts, givenUp);
  }

  /** Why the gate may answer nothing right now, or null. */
  @Nullable ErrorCode forbidden() {
    return cluster.forbidden();
  }

  /** The open gate. */
  RequestHandler gate() {
    return gate;
  }

  /** Beside Ignite's start, which waits for the disk and for others. */
  private static CompletableFuture<Void> warm(XaesEncryptionSpi encryption) {
    return CompletableFuture.runAsync(
        () -> encryption.warmUp(XaesEncryptionSpi.WARM_PAGES),
        task -> Thread.ofPlatform().daemon().name("page-cipher").start(task));
  }

  private Ignite startIgnite(
      XaesEncryptionSpi encryption, @Nullable PendingRestore restore, BooleanSupplier givenUp)
      throws IOException {
    IgniteConfiguration configuration =
        IgniteConfigurations.of(
            parts.config(),
            parts.folders(),
            parts.folders().nodeId(),
            encryption,
            parts.tls(),
            hook,
            parts.failures(),
            traits());
    SnapshotRestore snapshot = restore == null ? null : restore.prepare();
    parts.folders().markPages();
    if (snapshot == null) {
      configuration.setCacheConfiguration(
          CacheConfigurations.all(parts.config().ignite().backups())
              .toArray(CacheConfiguration<?, ?>[]::new));
    } else {
      snapshot.announce(configuration);
    }
    RunningIgnite started =
        RunningIgnite.start(
            configuration,
            parts.config().cluster().initialNodes(),
            snapshot,
            new ClusterRecords(parts.audit())::startingWithout,
            givenUp);
    running.push(() -> stop(started));
    return started.ignite();
  }

  /** What may not differ between the nodes of a cluster. */
  private NodeTraits traits() {
    Map<String, String> traits = new HashMap<>();
    traits.put("the cluster id", parts.clusterKey().clusterId().toString());
    traits.put("the number of partitions", Integer.toString(CacheConfigurations.SLICE_PARTITIONS));
    traits.put("rekindle.ignite.backups", Integer.toString(parts.config().ignite().backups()));
    for (EmbeddingModel model : parts.models().models()) {
      traits.put(NodeTraits.MODEL + model.id(), model.fingerprint());
    }
    return new NodeTraits(
        traits, Set.copyOf(parts.clusterKey().generations()), parts.clusterKey()::generation);
  }

  /** A last checkpoint of a failed engine could only spread what went wrong. */
  private void stop(RunningIgnite started) {
    if (failed) {
      started.halt();
    } else {
      started.close();
    }
  }

  private IgniteStorage startStorage(
      Ignite ignite, IgniteWrappedKeyStore wrappedKeys, TenantLeases tenants, Keyring keyring) {
    IndexConfig index = parts.config().index();
    IgniteStorage storage =
        onStop(
            IgniteStorage.open(
                ignite,
                hook,
                wrappedKeys,
                tenants,
                keyring,
                new IgniteStorage.Settings(
                    new SliceIndexes.Settings(
                        index.memoryBytesMax().bytes(),
                        index.idleAfter(),
                        index.buildWaitMax(),
                        index.codesFrom(),
                        index.listsFrom(),
                        index.gatherMax(),
                        index.floatsMax(),
                        words(),
                        snapshots()),
                    parts.config().requests().idempotencyLifetime(),
                    damagedPartitions()),
                parts.clock()));
    parts.audit().attach(cluster.confirmed().blocks(storage.auditBlocks()));
    onStop(parts.audit()::detach);
    return storage;
  }

  private WordSettings words() {
    IndexConfig index = parts.config().index();
    return new WordSettings(
        index.wordsBytesMax().bytes(),
        parts.folders().words(),
        index.wordsFilesFrom(),
        index.wordsFilesMaxAge(),
        parts.config().disk().reserveBytes().bytes());
  }

  private SnapshotSettings snapshots() {
    IndexConfig index = parts.config().index();
    return new SnapshotSettings(
        parts.folders().vectors(),
        index.snapshotFrom(),
        index.snapshotMaxAge(),
        parts.config().disk().reserveBytes().bytes());
  }

  private Set<Integer> damagedPartitions() {
    Set<Integer> damaged = DamagedPartitions.in(parts.folders()).of(CacheConfigurations.SLICES);
    if (!damaged.isEmpty()) {
      LOG.atError()
          .addKeyValue("partitions", damaged)
          .log("namespaces on damaged partitions are not served");
    }
    return damaged;
  }

  private RequestHandler startWork(
      Ignite ignite,
      IgniteStorage storage,
      Keyring keyring,
      TenantLeases tenants,
      TenantLocks locks)
      throws IOException {
    if (cluster.membership().isOldest()) {
      FirstAdminKey.ensure(
          parts.folders().dataFolder(),
          storage.apiKeys(),
          SystemPass.mint(Purpose.BOOTSTRAP),
          parts.clock());
    }
    if (cluster.isAlone()) {
      // Elsewhere others may have changed since what this node acknowledged, and copies outlive it.
      LossCheck.run(
          parts.audit(),
          storage.namespaces(),
          storage.memories(),
          SystemPass.mint(Purpose.RECOVERY),
          parts.clock());
    }
    IntentRecovery.run(
        parts.audit(),
        storage.namespaces(),
        storage.memories(),
        SystemPass.mint(Purpose.RECOVERY),
        parts.clock());
    ModelsInUse modelsInUse =
        new ModelsInUse(
            parts.models(),
            storage.modelPins(),
            storage.namespaces(),
            SystemPass.mint(Purpose.RECOVERY));
    modelsInUse.check();
    EmbeddingQueue queue = new EmbeddingQueue(parts.config().embedding());
    CallWatch queries = onStop(CallWatch.ofQueries(parts.config().embedding()));
    QueryVectorCache queryVectors =
        new QueryVectorCache(parts.config().embedding().queryCacheMax());
    AccessCounters accesses =
        new AccessCounters(parts.config().maintenance().accessTrackedMax(), parts.clock());
    EmbeddingWaits waits =
        onStop(
            new EmbeddingWaits(
                parts.config().requests(),
                new SettledContents(storage, SystemPass.mint(Purpose.EMBEDDING))));
    OwnedStores owned = owned(ignite, storage);
    BackgroundWork work =
        onStop(
            BackgroundWork.start(
                parts, ignite, storage, queue, waits, accesses, owned.accessCounts(), modelsInUse));
    locks.tell(queryVectors::forget, work::lookForWaiting);
    // Once more, to be stopped before the work, which may take a while: who waits is told at once.
    onStop(waits);
    // Registered below; the meters outlive the engine, and would keep all of it in memory.
    onStop(parts.meters()::forgetLevels);
    Authenticator authenticator = new Authenticator(storage.apiKeys(), parts.clock());
    Authorizer authorizer =
        new Authorizer(storage.grants(), parts.clock(), parts.config().requests().passLifetime());
    // Only here, to be stopped before the work: others ask elsewhere from then on.
    onStop(owned);
    work.keepStandby(parts.config().index(), owned.standby());
    ClusterKeyReplacement replacement = keyReplacement(ignite, storage);
    return RequestGate.of(
        parts.config().requests(),
        authenticator,
        authorizer,
        parts.audit(),
        parts.meters(),
        parts.diskReserve(),
        parts.clock(),
        this::codeOf,
        Handlers.of(
            parts,
            storage,
            owned.memories(),
            owned.agentStates(),
            keyring,
            authorizer,
            accesses,
            queue,
            waits,
            queries,
            queryVectors,
            cluster.handler(parts.config().ignite().backups(), replacement::rotatePages),
            BackupPart.open(parts, ignite, cluster),
            keys(ignite, storage, tenants, replacement),
            status(
                ignite,
                storage,
                NodeFacts.of(
                    parts, storage, queue, queries, waits, modelsInUse, work, cluster, tenants)),
            chains(ignite, storage)));
  }

  private ClusterKeyReplacement keyReplacement(Ignite ignite, IgniteStorage storage) {
    ClusterKeyReplacement replacement =
        new ClusterKeyReplacement(
            new ClusterKeyCalls(allNodes(ignite), cluster.membership(), parts),
            KeysBelow.of(
                cluster.groupKeys(), storage.namespaces(), new KeyRotations(ignite), parts.clock()),
            parts.clusterKey());
    replacement.catchUp();
    return replacement;
  }

  private KeyHandler keys(
      Ignite ignite,
      IgniteStorage storage,
      TenantLeases tenants,
      ClusterKeyReplacement replacement) {
    return new KeyHandler(
        new KeyInventory(
            parts,
            new IgniteWrappedKeyStore(ignite),
            new KeyRotations(ignite),
            storage.namespaces(),
            tenants),
        storage.namespaces(),
        new ClusterKeyRewrap(allNodes(ignite), parts),
        replacement::replace);
  }

  private AllNodes allNodes(Ignite ignite) {
    return new AllNodes(ignite, cluster.membership(), cluster.baseline());
  }

  private NodeChains chains(Ignite ignite, IgniteStorage storage) {
    NodeChains chains =
        new NodeChains(
            parts.folders().nodeId(),
            parts.audit(),
            storage.auditBlocks()::ofNode,
            allNodes(ignite),
            cluster.membership()::baseline,
            passes(),
            storage.grants()::accessEpoch,
            parts.config().audit().verifyMax());
    chains.register();
    return chains;
  }

  private StatusHandler status(
      Ignite ignite, IgniteStorage storage, Map<String, Supplier<String>> facts) {
    NodeReports reports =
        onStop(
            new NodeReports(
                ignite,
                SliceCalls.of(ignite),
                () -> {
                  Map<String, String> now = new LinkedHashMap<>();
                  facts.forEach((name, fact) -> now.put(name, fact.get()));
                  return now;
                }));
    return new StatusHandler(reports.self(), reports::all, storage.apiKeys());
  }

  private PassCodec passes() {
    return new PassCodec(
        new SubKeys(parts.clusterKey(), ClusterKey.Use.SESSION)::get, parts.clock());
  }

  private OwnedStores owned(Ignite ignite, IgniteStorage storage) {
    return OwnedStores.open(
        ignite,
        storage,
        passes(),
        parts.meters(),
        parts.config().requests().passLifetime(),
        SystemPass.mint(Purpose.ACCESS_TRACKING),
        SystemPass.mint(Purpose.INDEX_BUILD));
  }

  private ErrorCode codeOf(Throwable fault) {
    if (DamagedPartitions.isBehind(fault)) {
      return ErrorCode.DATA_CORRUPTED;
    }
    if (cluster.isBehind(fault)) {
      return cluster.membership().hasMajority() ? ErrorCode.PARTITION_LOST : ErrorCode.NO_MAJORITY;
    }
    return ErrorCode.INTERNAL;
  }

  /** Stops what Ignite gave up: at once, without a checkpoint; the next start replays the log. */
  void halt() {
    failed = true;
    close();
  }

  private <T extends AutoCloseable> T onStop(T part) {
    running.push(part);
    return part;
  }

  /** Stops in the reverse order of the start; an error of one part does not keep the others up. */
  @Override
  public void close() {
    RuntimeException failure = null;
    while (!running.isEmpty()) {
      try {
        running.pop().close();
      } catch (Exception e) {
        failure =
            failure == null ? new IllegalStateException("the engine stopped badly", e) : failure;
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
