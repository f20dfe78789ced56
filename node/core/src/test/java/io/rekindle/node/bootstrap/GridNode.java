package io.rekindle.node.bootstrap;

import io.rekindle.node.access.SystemPass;
import io.rekindle.node.audit.AuditLog;
import io.rekindle.node.audit.TestAudit;
import io.rekindle.node.cluster.NodeTraits;
import io.rekindle.node.cluster.RunningIgnite;
import io.rekindle.node.cluster.TestEngine;
import io.rekindle.node.embedding.EmbeddingQueue;
import io.rekindle.node.embedding.EmbeddingWaits;
import io.rekindle.node.embedding.ModelRegistry;
import io.rekindle.node.gate.DiskReserve;
import io.rekindle.node.keyring.Keyring;
import io.rekindle.node.keyring.NoTenants;
import io.rekindle.node.model.ContentId;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.storage.AccessCounters;
import io.rekindle.node.storage.Drafts;
import io.rekindle.node.storage.StorageNode;
import io.rekindle.node.storage.VectorStore.ContentState;
import io.rekindle.node.storage.engine.IgniteStorage;
import io.rekindle.node.storage.engine.IgniteWrappedKeyStore;
import io.rekindle.node.storage.row.CacheConfigurations;
import io.rekindle.node.storage.row.SliceOwners;
import io.rekindle.node.storage.slice.SliceIndexingSpi;
import io.rekindle.node.telemetry.NodeMeters;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.ignite.Ignite;
import org.apache.ignite.configuration.CacheConfiguration;
import org.apache.ignite.configuration.IgniteConfiguration;
import org.apache.ignite.spi.discovery.tcp.TcpDiscoverySpi;
import org.apache.ignite.spi.discovery.tcp.internal.TcpDiscoveryNode;
import org.apache.ignite.spi.discovery.tcp.ipfinder.vm.TcpDiscoveryVmIpFinder;
import org.jspecify.annotations.Nullable;

/**
 * One of several nodes in this process: its engine, its stores, and its background work as it is
 * wired, over a model that the test holds. Its sweeps come too late for any test.
 */
final class GridNode implements AutoCloseable {
  private static final InstantSource CLOCK = InstantSource.system();
  private static final SystemPass PASS = SystemPass.mint(SystemPass.Purpose.EMBEDDING);

  final HeldModel model = new HeldModel(StorageNode.DIMENSIONS);
  final EmbeddingQueue queue;
  final EmbeddingWaits waits;
  final SliceOwners owners;
  final IgniteStorage storage;
  final NodeMeters meters = new NodeMeters();
  final BackgroundWork work;
  private final TestEngine engine;
  private final RunningIgnite running;
  private final Keyring keyring;
  private final AuditLog audit;
  private boolean stopped;

  /**
   * Starts a node.
   *
   * @param first the one to join; null for the first
   */
  GridNode(Path folder, @Nullable GridNode first, Map<String, String> settings) throws IOException {
    Map<String, String> all = new HashMap<>(settings);
    all.put("rekindle.maintenance.sweep-interval", "PT1H");
    engine =
        first == null ? TestEngine.open(folder, all) : TestEngine.join(folder, first.engine, all);
    engine.setTraits(Map.of(NodeTraits.MODEL + model.id(), model.fingerprint()));
    SliceIndexingSpi hook = new SliceIndexingSpi();
    IgniteConfiguration configuration =
        engine.configuration(hook, CacheConfigurations.all(1).toArray(CacheConfiguration[]::new));
    if (first != null) {
      int port = ((TcpDiscoveryNode) first.ignite().cluster().localNode()).discoveryPort();
      ((TcpDiscoverySpi) configuration.getDiscoverySpi())
          .setIpFinder(new TcpDiscoveryVmIpFinder().setAddresses(List.of("127.0.0.1:" + port)));
    }
    running = RunningIgnite.start(configuration);
    IgniteWrappedKeyStore keys = new IgniteWrappedKeyStore(ignite());
    keyring = new Keyring(engine.clusterKey(), keys, new NoTenants());
    storage =
        IgniteStorage.open(
            ignite(),
            hook,
            keys,
            new NoTenants(),
            keyring,
            StorageNode.settings(folder, 64L << 20),
            CLOCK);
    owners = new SliceOwners(ignite());
    audit = TestAudit.open(folder.resolve("audit"));
    queue = new EmbeddingQueue(engine.config().embedding());
    waits = new EmbeddingWaits(engine.config().requests(), new SettledContents(storage, PASS));
    work = begin();
  }

  /** What is null here is the shell's, of which there is none. */
  @SuppressWarnings("NullAway")
  private BackgroundWork begin() {
    ModelRegistry models = new ModelRegistry(List.of(model));
    DiskReserve disk = new DiskReserve(0, () -> Long.MAX_VALUE);
    return BackgroundWork.start(
        new NodeParts(
            engine.config(),
            null,
            null,
            null,
            null,
            null,
            audit,
            models,
            meters,
            disk,
            null,
            CLOCK),
        ignite(),
        storage,
        queue,
        waits,
        new AccessCounters(engine.config().maintenance().accessTrackedMax(), CLOCK),
        storage.accessCounts(),
        new ModelsInUse(models, storage.modelPins(), storage.namespaces(), PASS));
  }

  Ignite ignite() {
    return running.ignite();
  }

  /** Stores a memory and offers it, as the handler does. */
  MemoryId store(Namespace space, String content) {
    MemoryId id = put(space, content);
    offer(space, id);
    return id;
  }

  /** Stores a memory that is in no queue. */
  MemoryId put(Namespace space, String content) {
    MemoryId id = new MemoryId(UUID.randomUUID());
    storage
        .memories()
        .store(StorageNode.PASS, space, Drafts.of(content).draft(), id, null, null, "test");
    return id;
  }

  void offer(Namespace space, MemoryId id) {
    queue.offer(space.path(), id);
  }

  ContentState state(Namespace space, MemoryId id) {
    return storage.vectors().stateOf(PASS, space, id, content(space, id).contentVersion());
  }

  /** What says of itself that it is embedded shows its last vector a moment later. */
  void awaitCommit(Namespace space, MemoryId id) {
    storage.vectors().awaitCommit(PASS, space, id);
  }

  /** The content that a memory has now. */
  ContentId content(Namespace space, MemoryId id) {
    return new ContentId(
        space.path(),
        id,
        storage.memories().get(StorageNode.PASS, space, id).columns().contentVersion());
  }

  /** The value of a counter, 0 before it has counted anything. */
  long counted(String meter) {
    return meters
        .scrape()
        .lines()
        .filter(line -> line.startsWith(meter + " "))
        .mapToLong(line -> (long) Double.parseDouble(line.substring(meter.length() + 1)))
        .sum();
  }

  /** As an engine stops: the work, the stores, Ignite. */
  void leave() {
    if (!stopped) {
      stopped = true;
      waits.close();
      work.close();
      storage.close();
      running.close();
    }
  }

  /** Gone at once; the others notice it at once. */
  void kill() {
    stopped = true;
    running.halt();
    waits.close();
    work.close();
    storage.close();
  }

  @Override
  public void close() {
    model.release();
    leave();
    audit.close();
    keyring.close();
    engine.close();
    meters.close();
  }
}
