package io.rekindle.node.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.kms.SecretFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.apache.ignite.IgniteCache;
import org.apache.ignite.IgniteCheckedException;
import org.apache.ignite.cache.CacheAtomicityMode;
import org.apache.ignite.cache.CachePeekMode;
import org.apache.ignite.cache.CacheWriteSynchronizationMode;
import org.apache.ignite.cache.PartitionLossPolicy;
import org.apache.ignite.cache.affinity.Affinity;
import org.apache.ignite.cluster.ClusterNode;
import org.apache.ignite.configuration.CacheConfiguration;
import org.apache.ignite.internal.IgniteEx;
import org.apache.ignite.internal.pagemem.wal.WALIterator;
import org.apache.ignite.internal.pagemem.wal.record.CacheState;
import org.apache.ignite.internal.pagemem.wal.record.CheckpointRecord;
import org.apache.ignite.internal.pagemem.wal.record.delta.PartitionMetaStateRecord;
import org.apache.ignite.internal.processors.cache.GridCacheContext;
import org.apache.ignite.internal.processors.cache.GridCacheEntryEx;
import org.apache.ignite.internal.processors.cache.GridCacheEntryRemovedException;
import org.apache.ignite.internal.processors.cache.distributed.dht.topology.GridDhtLocalPartition;
import org.apache.ignite.internal.processors.cache.distributed.dht.topology.GridDhtPartitionState;
import org.apache.ignite.internal.processors.dr.GridDrType;
import org.apache.ignite.spi.discovery.tcp.TcpDiscoverySpi;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a node committed alone does not stay in its copies, and hides nothing in them. */
@TestMethodOrder(OrderAnnotation.class)
@Timeout(180)
class CutOffCopiesIT {
  private static final int NODES = 3;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir static Path folder;

  private static final List<TestEngine> engines = new ArrayList<>();
  private static final List<RunningIgnite> running = new ArrayList<>();

  @BeforeAll
  static void start() throws IOException {
    List<Integer> ports = FreePort.several("127.0.0.1", NODES);
    engines.add(TestEngine.open(folder.resolve("0"), settings(ports, 0, NODES)));
    for (int i = 1; i < NODES; i++) {
      engines.add(
          TestEngine.join(folder.resolve("" + i), engines.getFirst(), settings(ports, i, 0)));
    }
    beginAll();
  }

  private static void beginAll() {
    List<CompletableFuture<RunningIgnite>> starts = new ArrayList<>();
    for (TestEngine engine : engines) {
      starts.add(
          CompletableFuture.supplyAsync(
              () -> begin(engine), task -> Thread.ofPlatform().daemon().start(task)));
    }
    starts.forEach(node -> running.add(node.orTimeout(120, TimeUnit.SECONDS).join()));
  }

  @AfterAll
  static void stop() {
    running.forEach(RunningIgnite::halt);
    engines.forEach(TestEngine::close);
  }

  /** As the shell does: a node that came up apart from the others starts anew. */
  private static RunningIgnite begin(TestEngine engine) {
    while (true) {
      try {
        int initialNodes = engine.config().cluster().initialNodes();
        return RunningIgnite.start(engine.configuration(null, cache()), initialNodes);
      } catch (SeparateRingException e) {
        assertThat(e).hasMessageContaining("apart");
      }
    }
  }

  private static Map<String, String> settings(List<Integer> ports, int node, int initialNodes) {
    return Map.of(
        "rekindle.ignite.discovery-port",
        ports.get(node).toString(),
        "rekindle.cluster.initial-nodes",
        Integer.toString(initialNodes),
        "rekindle.cluster.addresses",
        String.join(",", ports.stream().map(port -> "127.0.0.1:" + port).toList()));
  }

  /** Copies are taken late enough that they can be looked at before. */
  @SuppressWarnings("deprecation") // No other way to have them late.
  private static CacheConfiguration<Object, Object> cache() {
    return new CacheConfiguration<>("memory")
        .setAtomicityMode(CacheAtomicityMode.TRANSACTIONAL)
        .setWriteSynchronizationMode(CacheWriteSynchronizationMode.FULL_SYNC)
        .setPartitionLossPolicy(PartitionLossPolicy.READ_WRITE_SAFE)
        .setEncryptionEnabled(true)
        .setRebalanceDelay(2_000)
        .setBackups(1);
  }

  private static IgniteEx ignite(int node) {
    return (IgniteEx) running.get(node).ignite();
  }

  private static IgniteCache<Object, Object> memories(int node) {
    return ignite(node).cache("memory");
  }

  private static Path noteOf(TestEngine engine) {
    EngineFolders folders = engine.folders();
    return PagesId.folder(folders.dataFolder(), folders.nodeId()).resolve(CutOffCopies.FILE);
  }

  /** As a node that is cut off notes it down. */
  static void note(TestEngine engine) {
    try {
      SecretFiles.write(noteOf(engine), new byte[0]);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isNoted(int node) {
    return Files.exists(noteOf(engines.get(node)));
  }

  /** Keys of one partition that two nodes have copies of, and the third has not. */
  private static List<Integer> keysOf(int owner, int otherOwner) {
    Affinity<Object> affinity = ignite(0).affinity("memory");
    ClusterNode one = ignite(owner).localNode();
    ClusterNode other = ignite(otherOwner).localNode();
    int partition =
        IntStream.range(0, affinity.partitions())
            .filter(p -> affinity.mapPartitionToNode(p).equals(one))
            .filter(p -> affinity.mapPartitionToPrimaryAndBackups(p).contains(other))
            .findFirst()
            .orElseThrow();
    return IntStream.range(0, 1_000_000)
        .filter(key -> affinity.partition(key) == partition)
        .limit(3)
        .boxed()
        .toList();
  }

  /** A write that only one node has: the row, its record in the log, and the update counter. */
  private static void commitAlone(int node, int key, String value)
      throws IgniteCheckedException, GridCacheEntryRemovedException {
    GridCacheContext<Object, Object> cache =
        ignite(node).context().cache().<Object, Object>internalCache("memory").context();
    cache.shared().database().checkpointReadLock();
    try {
      GridCacheEntryEx entry = cache.cache().entryEx(cache.toCacheKeyObject(key));
      boolean done =
          entry.initialValue(
              cache.toCacheObject(value),
              cache.versions().next(ignite(node).context().discovery().topologyVersion()),
              0,
              0,
              false,
              cache.affinity().affinityTopologyVersion(),
              GridDrType.DR_NONE,
              false,
              true);
      assertThat(done).isTrue();
      entry.touch();
    } finally {
      cache.shared().database().checkpointReadUnlock();
    }
  }

  private static GridDhtLocalPartition copy(int node, int key) {
    var topology = ignite(node).context().cache().internalCache("memory").context().topology();
    int partition = ignite(node).affinity("memory").partition(key);
    return Objects.requireNonNull(topology.localPartition(partition), "no copy");
  }

  /**
   * As if a node were on a machine of its own: by default Ignite asks another of the same first.
   */
  private static void elsewhere(int node) throws ReflectiveOperationException {
    Field address = GridCacheContext.class.getDeclaredField("locMacs");
    address.setAccessible(true);
    address.set(ignite(node).context().cache().internalCache("memory").context(), "elsewhere");
  }

  private static @Nullable Object here(int node, int key) {
    return memories(node).localPeek(key, CachePeekMode.PRIMARY, CachePeekMode.BACKUP);
  }

  private static void awaitCopies() {
    Baseline baseline = new Baseline(ignite(0), new Membership(ignite(0)));
    await(() -> baseline.copiesMissing() == 0);
  }

  @Test
  @Order(1)
  void whatANodeCommittedAloneIsGoneAndWhatTheMajorityWroteIsThere() throws Exception {
    List<Integer> keys = keysOf(2, 1);
    memories(0).put(keys.getFirst(), "by all");
    commitAlone(2, keys.get(1), "alone");
    note(engines.get(2));
    running.get(2).halt();
    await(() -> ignite(0).cluster().nodes().size() == 2);
    memories(0).put(keys.get(2), "by the majority");
    long counter = copy(1, keys.getFirst()).updateCounter();

    running.set(2, begin(engines.get(2)));
    assertThat(copy(2, keys.getFirst()).state()).isEqualTo(GridDhtPartitionState.MOVING);
    elsewhere(2);
    for (int reads = 0; reads < 20; reads++) {
      assertThat(memories(2).get(keys.get(1))).as("in a copy that is not cleared yet").isNull();
      assertThat(memories(2).containsKey(keys.get(1))).isFalse();
      assertThat(memories(2).getAll(Set.copyOf(keys))).hasSize(2);
    }
    assertThat(memories(2).get(keys.get(2))).isEqualTo("by the majority");
    awaitCopies();
    assertThat(copy(2, keys.getFirst()).updateCounter())
        .as("both have as many updates, so that Ignite sees no difference")
        .isEqualTo(counter);
    assertThat(here(2, keys.getFirst())).isEqualTo("by all");
    assertThat(here(2, keys.get(1))).as("what it committed alone").isNull();
    assertThat(here(2, keys.get(2))).as("what the majority wrote").isEqualTo("by the majority");
    await(() -> !isNoted(2));
  }

  @Test
  @Order(2)
  void anIncompleteCopyThatWasLostIsIncompleteAfterACheckpointToo() throws Exception {
    int key = keysOf(2, 1).getFirst();
    running.get(2).halt();
    await(() -> ignite(0).cluster().nodes().size() == 2);
    memories(0).put(key, "by the majority alone");
    running.set(2, begin(engines.get(2)));
    GridDhtLocalPartition copy = copy(2, key);
    assertThat(copy.state()).isEqualTo(GridDhtPartitionState.MOVING);
    running.get(1).halt();
    await(() -> copy.state() == GridDhtPartitionState.LOST);
    await(() -> stateInLog(2, copy) == GridDhtPartitionState.MOVING);
    memories(2).put(keysOf(2, 0).getFirst(), "what there is a checkpoint of");
    ignite(2).context().cache().context().database().waitForCheckpoint("test");
    assertThat(stateInLog(2, copy)).isEqualTo(GridDhtPartitionState.MOVING);

    running.set(1, begin(engines.get(1)));
    assertThat(copy.state()).isEqualTo(GridDhtPartitionState.LOST);
    running.reversed().forEach(RunningIgnite::close);
    running.clear();
    beginAll();
    awaitCopies();
    assertThat(here(2, key)).isEqualTo("by the majority alone");
    assertThat(here(1, key)).isEqualTo("by the majority alone");
  }

  /** The state in which a copy would be after a start, as Ignite finds it in the log. */
  private static @Nullable GridDhtPartitionState stateInLog(int node, GridDhtLocalPartition copy) {
    int group = copy.group().groupId();
    Integer state = null;
    try (WALIterator records =
        Objects.requireNonNull(ignite(node).context().cache().context().wal()).replay(null)) {
      while (records.hasNextX()) {
        switch (records.nextX().get2()) {
          case CheckpointRecord checkpoint -> {
            CacheState copies = checkpoint.cacheGroupStates().get(group);
            for (int i = 0; copies != null && i < copies.size(); i++) {
              state =
                  copies.partitionByIndex(i) == copy.id()
                      ? Integer.valueOf(copies.stateByIndex(i))
                      : state;
            }
          }
          case PartitionMetaStateRecord record
              when record.groupId() == group && record.partitionId() == copy.id() ->
              state = (int) record.state();
          default -> {
            // Of something else.
          }
        }
      }
    } catch (IgniteCheckedException e) {
      throw new AssertionError(e);
    }
    return state == null ? null : GridDhtPartitionState.fromOrdinal(state);
  }

  @Test
  @Order(3)
  void aNodeThatSeesOthersFailUntilNoMajorityIsLeftNotesIt() {
    failing(2);
    await(() -> ignite(0).cluster().nodes().size() == 2);
    assertThat(isNoted(0)).as("two of three").isFalse();
    failing(1);
    await(() -> ignite(0).cluster().nodes().size() == 1);
    await(() -> isNoted(0));
  }

  private static void failing(int node) {
    ((TcpDiscoverySpi) ignite(node).configuration().getDiscoverySpi()).simulateNodeFailure();
  }

  private static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime() - deadline).as("within a minute").isNegative();
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
    }
  }
}
