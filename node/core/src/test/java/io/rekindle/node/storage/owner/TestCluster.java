package io.rekindle.node.storage.owner;

import io.rekindle.node.access.AccessPass;
import io.rekindle.node.access.Action;
import io.rekindle.node.access.Authorizer;
import io.rekindle.node.access.GrantSource;
import io.rekindle.node.access.PassCodec;
import io.rekindle.node.authn.Principal;
import io.rekindle.node.authn.ScramVerifier;
import io.rekindle.node.authn.StoredApiKey;
import io.rekindle.node.cluster.RunningIgnite;
import io.rekindle.node.cluster.TestEngine;
import io.rekindle.node.keyring.ClusterKey;
import io.rekindle.node.keyring.Keyring;
import io.rekindle.node.keyring.NoTenants;
import io.rekindle.node.keyring.SubKeys;
import io.rekindle.node.model.ApiKeyId;
import io.rekindle.node.model.GrantSpec;
import io.rekindle.node.model.KeyScope;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.model.NamespaceSelector;
import io.rekindle.node.model.NamespaceSettings;
import io.rekindle.node.model.RequestId;
import io.rekindle.node.model.SliceId;
import io.rekindle.node.storage.StorageNode;
import io.rekindle.node.storage.engine.IgniteStorage;
import io.rekindle.node.storage.engine.IgniteWrappedKeyStore;
import io.rekindle.node.storage.row.CacheConfigurations;
import io.rekindle.node.storage.row.Caches;
import io.rekindle.node.storage.row.SliceKey;
import io.rekindle.node.storage.row.SliceOwners;
import io.rekindle.node.storage.slice.SliceIndexingSpi;
import io.rekindle.node.telemetry.NodeMeters;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.cache.Cache;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteCache;
import org.apache.ignite.cache.affinity.Affinity;
import org.apache.ignite.configuration.CacheConfiguration;
import org.apache.ignite.configuration.IgniteConfiguration;
import org.apache.ignite.spi.discovery.tcp.TcpDiscoverySpi;
import org.apache.ignite.spi.discovery.tcp.internal.TcpDiscoveryNode;
import org.apache.ignite.spi.discovery.tcp.ipfinder.vm.TcpDiscoveryVmIpFinder;
import org.jspecify.annotations.Nullable;

/** A cluster in this process, each slice on two of its nodes. */
final class TestCluster implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final InstantSource CLOCK = InstantSource.system();

  final List<Node> nodes = new ArrayList<>();
  private final Path folder;
  private int names;

  /** One node: the stores over its engine, and those of the whole cluster. */
  static final class Node implements AutoCloseable {
    private final TestEngine engine;
    private final SliceIndexingSpi hook = new SliceIndexingSpi();
    private final RunningIgnite running;
    final Keyring keyring;
    final NodeMeters meters = new NodeMeters();
    final PassCodec passes;
    final SliceOwners owners;
    final IgniteStorage storage;
    final OwnedStores owned;
    private boolean stopped;

    Node(Path folder, TestEngine engine, @Nullable Ignite other) {
      this.engine = engine;
      IgniteConfiguration configuration =
          engine.configuration(hook, CacheConfigurations.all(1).toArray(CacheConfiguration[]::new));
      if (other != null) {
        int port = ((TcpDiscoveryNode) other.cluster().localNode()).discoveryPort();
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
      passes = new PassCodec(new SubKeys(engine.clusterKey(), ClusterKey.Use.SESSION)::get, CLOCK);
      owners = new SliceOwners(ignite());
      owned =
          OwnedStores.open(
              ignite(),
              storage,
              passes,
              meters,
              Duration.ofSeconds(30),
              StorageNode.PASS,
              StorageNode.PASS);
    }

    Ignite ignite() {
      return running.ignite();
    }

    /** Calls to other nodes by an operation so far. */
    double calls(OwnerOperation operation) {
      return Stream.of(meters.scrape().split("\n"))
          .filter(line -> line.startsWith("rekindle_node_calls_total"))
          .filter(line -> line.contains("operation=\"" + operation.tag() + "\""))
          .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
          .sum();
    }

    /** As an engine stops. */
    void leave() {
      if (!stopped) {
        stopped = true;
        owned.close();
        storage.close();
        running.close();
      }
    }

    /** Gone at once; the others notice it at once. */
    void kill() {
      stopped = true;
      running.halt();
      owned.close();
      storage.close();
    }

    @Override
    public void close() {
      leave();
      keyring.close();
      engine.close();
    }
  }

  TestCluster(Path folder, int count) throws IOException {
    this.folder = folder;
    TestEngine first = TestEngine.open(folder.resolve("1"), Map.of());
    nodes.add(new Node(folder.resolve("1"), first, null));
    for (int number = 2; number <= count; number++) {
      join();
    }
    Ignite ignite = node(0).ignite();
    ignite.cluster().setBaselineTopology(ignite.cluster().topologyVersion());
    await(() -> nodes.stream().allMatch(TestCluster::ownsItsShare));
  }

  /** One more node, without data until the baseline is changed. */
  Node join() throws IOException {
    return join(Map.of());
  }

  /** As {@link #join()}, with settings of its own. */
  Node join(Map<String, String> settings) throws IOException {
    String name = Integer.toString(nodes.size() + 1);
    TestEngine engine = TestEngine.join(folder.resolve(name), node(0).engine, settings);
    Node node = new Node(folder.resolve(name), engine, node(0).ignite());
    nodes.add(node);
    return node;
  }

  /** Those that have not been stopped. */
  List<Node> running() {
    return nodes.stream().filter(node -> !node.stopped).toList();
  }

  /** Without those that are gone; returns when each slice has its two copies again. */
  void goOnWithOthers() {
    Ignite ignite = node(0).ignite();
    ignite.cluster().setBaselineTopology(ignite.cluster().topologyVersion());
    Affinity<Object> affinity = ignite.affinity("memory");
    await(
        () ->
            IntStream.range(0, CacheConfigurations.SLICE_PARTITIONS)
                .allMatch(part -> affinity.mapPartitionToPrimaryAndBackups(part).size() == 2));
  }

  /** Entries that any slice of a namespace has in any cache. */
  long leftovers(Namespace namespace) {
    Caches caches = Caches.of(node(0).ignite());
    return Stream.<IgniteCache<? extends SliceKey, ?>>of(
            caches.memory(),
            caches.vector(),
            caches.agentState(),
            caches.idempotency(),
            caches.uniqueKey(),
            caches.accessCount())
        .mapToLong(cache -> entriesOf(namespace, cache))
        .sum();
  }

  private static <K extends SliceKey> long entriesOf(Namespace namespace, IgniteCache<K, ?> cache) {
    long entries = 0;
    for (Cache.Entry<K, ?> entry : cache) {
      entries += entry.getKey().slice().namespace().equals(namespace.id()) ? 1 : 0;
    }
    return entries;
  }

  static boolean ownsItsShare(Node node) {
    long owned = 0;
    for (int partition = 0; partition < CacheConfigurations.SLICE_PARTITIONS; partition++) {
      owned += node.owners.isHere(partition) ? 1 : 0;
    }
    return owned > CacheConfigurations.SLICE_PARTITIONS / 8;
  }

  static void await(BooleanSupplier condition) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("the cluster did not get there");
      }
      try {
        Thread.sleep(50);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  Node node(int number) {
    return nodes.get(number);
  }

  /** A fresh namespace whose first slice a node owns. */
  Namespace namespaceOn(Node owner, NamespaceSettings settings) {
    while (true) {
      Namespace namespace =
          owner
              .storage
              .namespaces()
              .create(StorageNode.PASS, NamespacePath.parse("a/n" + names++), settings);
      if (owner.owners.isHere(SliceId.of(namespace.id(), 0))) {
        return namespace;
      }
    }
  }

  /** A pass for everything below {@code a} whose rows meet a condition, if there is one. */
  static AccessPass pass(Node entry, @Nullable String condition, Action... actions) {
    return pass(entry, condition, CLOCK, actions);
  }

  /** As {@link #pass(Node, String, Action...)}, made at another time. */
  static AccessPass pass(
      Node entry, @Nullable String condition, InstantSource clock, Action... actions) {
    NamespacePath root = NamespacePath.parse("a");
    GrantSource grants =
        new GrantSource() {
          @Override
          public List<GrantSpec> grantsOf(ApiKeyId key) {
            return List.of(new GrantSpec(root, condition, Set.of()));
          }

          @Override
          public long accessEpoch() {
            return entry.storage.grants().accessEpoch();
          }
        };
    Principal principal =
        new Principal(new ApiKeyId("abcdefghijklmnop"), "test", KeyScope.ADMIN, null, null, null);
    return new Authorizer(grants, clock, Duration.ofMinutes(1))
        .authorize(
            RequestId.random(), principal, Set.of(actions), new NamespaceSelector(List.of(), root));
  }

  /** A key to be stored. */
  static StoredApiKey key(ApiKeyId id) {
    return new StoredApiKey(
        id,
        "a key",
        KeyScope.READ_ONLY,
        null,
        null,
        new byte[32],
        new ScramVerifier(new byte[16], 4_096, new byte[32], new byte[32]),
        CLOCK.instant(),
        null,
        null);
  }

  @Override
  public void close() {
    nodes.reversed().forEach(Node::close);
  }
}
