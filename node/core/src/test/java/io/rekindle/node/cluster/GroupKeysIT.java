package io.rekindle.node.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteCache;
import org.apache.ignite.cache.CacheAtomicityMode;
import org.apache.ignite.cache.CacheWriteSynchronizationMode;
import org.apache.ignite.cache.affinity.rendezvous.RendezvousAffinityFunction;
import org.apache.ignite.configuration.CacheConfiguration;
import org.apache.ignite.internal.IgniteEx;
import org.apache.ignite.internal.managers.encryption.GridEncryptionManager;
import org.apache.ignite.internal.util.typedef.internal.CU;
import org.apache.ignite.transactions.Transaction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three nodes that hold data, and one that holds none, in this process. No checkpoint comes by the
 * clock, so that each is one that was forced.
 */
@TestMethodOrder(OrderAnnotation.class)
@Timeout(180)
class GroupKeysIT {
  private static final int NODES = 4;
  private static final int HOLDING = 3;
  private static final int ROWS = 500;
  private static final int READERS = 3;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration PAUSE = Duration.ofMillis(5);

  @TempDir static Path folder;

  private static final List<TestEngine> engines = new ArrayList<>();
  private static final List<RunningIgnite> running = new ArrayList<>();
  private static final List<GroupKeys> keys = new ArrayList<>();
  private static final Map<Integer, String> acknowledged = new ConcurrentHashMap<>();
  private static List<Integer> ports = List.of();

  @BeforeAll
  static void start() throws IOException {
    ports = FreePort.several("127.0.0.1", NODES);
    engines.add(TestEngine.open(folder.resolve("0"), settings(0)));
    for (int i = 1; i < NODES; i++) {
      engines.add(TestEngine.join(folder.resolve("" + i), engines.getFirst(), settings(i)));
    }
    beginHolding();
    running.add(begin(HOLDING));
    keys.add(keysOf(HOLDING));
    for (int key = 0; key < ROWS; key++) {
      put(0, key, "before");
    }
  }

  @AfterAll
  static void stop() {
    running.reversed().forEach(RunningIgnite::close);
    engines.forEach(TestEngine::close);
  }

  private static Map<String, String> settings(int node) {
    return Map.of(
        "rekindle.ignite.checkpoint-interval",
        "PT1H",
        "rekindle.ignite.wal-archive-max",
        "32MiB",
        "rekindle.ignite.discovery-port",
        ports.get(node).toString(),
        "rekindle.cluster.initial-nodes",
        node == 0 ? "" + HOLDING : "0",
        "rekindle.cluster.addresses",
        String.join(",", ports.stream().map(port -> "127.0.0.1:" + port).toList()));
  }

  /** All at once: none of them is there before all are. */
  private static void beginHolding() {
    List<CompletableFuture<RunningIgnite>> starts = new ArrayList<>();
    for (int i = 0; i < HOLDING; i++) {
      int node = i;
      starts.add(started(() -> begin(node)));
    }
    starts.forEach(
        start -> running.add(start.orTimeout(2 * PATIENCE.toSeconds(), TimeUnit.SECONDS).join()));
    for (int node = 0; node < HOLDING; node++) {
      keys.add(keysOf(node));
    }
  }

  /** As the shell does: a node that came up apart from the others, or too early, starts anew. */
  private static RunningIgnite begin(int node) {
    while (true) {
      try {
        return RunningIgnite.start(
            engines.get(node).configuration(null, cache()), node == 0 ? HOLDING : 0);
      } catch (SeparateRingException e) {
        assertThat(e).hasMessageContaining("apart");
      } catch (WaitOutsideException e) {
        LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
      }
    }
  }

  private static <T> CompletableFuture<T> started(Supplier<T> work) {
    return CompletableFuture.supplyAsync(work, task -> Thread.ofPlatform().daemon().start(task));
  }

  private static GroupKeys keysOf(int node) {
    Membership membership = new Membership(ignite(node));
    AllNodes nodes = new AllNodes(ignite(node), membership, new Baseline(ignite(node), membership));
    GroupKeys keys = new GroupKeys(ignite(node), membership, nodes, PATIENCE);
    keys.register();
    return keys;
  }

  static CacheConfiguration<Object, Object> cache() {
    return new CacheConfiguration<>("memory")
        .setAtomicityMode(CacheAtomicityMode.TRANSACTIONAL)
        .setWriteSynchronizationMode(CacheWriteSynchronizationMode.FULL_SYNC)
        .setAffinity(new RendezvousAffinityFunction(false, 64))
        .setEncryptionEnabled(true)
        .setBackups(1);
  }

  private static Ignite ignite(int node) {
    return running.get(node).ignite();
  }

  private static IgniteCache<Object, Object> memories(int node) {
    return ignite(node).cache("memory");
  }

  private static GridEncryptionManager encryption(int node) {
    return ((IgniteEx) ignite(node)).context().encryption();
  }

  private static void put(int node, int key, String value) {
    memories(node).put(key, value);
    acknowledged.put(key, value);
  }

  /** The newest key of a node's pages. */
  private static int keyId(int node) {
    return GroupKeysWorker.keyId(ignite(node));
  }

  private static Void assertAllThere(int node) {
    acknowledged.forEach(
        (key, value) -> assertThat(memories(node).get(key)).as("key %s", key).isEqualTo(value));
    return null;
  }

  private static int rotate(int node) {
    List<Integer> told = new ArrayList<>();
    int groups = keys.get(node).rotate(told::add);
    assertThat(told).containsExactly(groups);
    return groups;
  }

  private static RekindleException refusal(int node) {
    return catchThrowableOfType(RekindleException.class, () -> rotate(node));
  }

  private static void awaitSealed() {
    await(
        () -> {
          keys.forEach(GroupKeys::advance);
          return keys.stream().allMatch(it -> it.reencrypting() == 0 && it.bytesLeft() == 0);
        });
  }

  private static void await(BooleanSupplier condition) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("in time").isLessThan(end);
      LockSupport.parkNanos(PAUSE.toNanos());
    }
  }

  @Test
  @Order(1)
  void allNodesWriteTheirPagesBeforeTheChangeAndAfterItWhileOthersWrite() {
    List<Checkpoints> checkpoints = new ArrayList<>();
    for (int node = 0; node < NODES; node++) {
      int which = node;
      checkpoints.add(Checkpoints.of(ignite(node), () -> keyId(which)));
    }
    AtomicBoolean enough = new AtomicBoolean();
    List<CompletableFuture<Integer>> writers = new ArrayList<>();
    for (int node = 0; node < NODES; node++) {
      int writer = node;
      writers.add(started(() -> write(writer, enough::get)));
    }
    await(() -> acknowledged.size() > ROWS + 100);
    // Asked of the one without data: it does not matter which.
    assertThat(rotate(HOLDING)).isEqualTo(1);
    int atRotation = acknowledged.size();
    assertThat(checkpoints).allSatisfy(it -> assertThat(it.ended()).contains("0-0", "1-1"));
    await(() -> acknowledged.size() > atRotation + 100);
    enough.set(true);
    assertThat(writers).allSatisfy(writer -> assertThat(writer.join()).isPositive());

    awaitSealed();
    for (int node = 0; node < NODES; node++) {
      assertThat(keyId(node)).isEqualTo(1);
      assertAllThere(node);
    }
  }

  private static int write(int writer, BooleanSupplier enough) {
    int written = 0;
    while (!enough.getAsBoolean()) {
      put(writer, ROWS + writer + NODES * written++, "by " + writer);
    }
    return written;
  }

  @Test
  @Order(2)
  void whilePagesAreSealedAnewOnAnyNodeRotationsAndBackupsAreRefused() {
    assertThat(rotate(0)).isEqualTo(1);
    // It goes on by itself now, and has ended when nobody asks any more whether it has.
    assertThat(keys.get(1).reencrypting()).isEqualTo(1);

    for (int node = 0; node < NODES; node++) {
      assertThat(refusal(node))
          .hasMessageContaining("sealed anew")
          .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_READY));
    }
    assertThatExceptionOfType(RekindleException.class)
        .isThrownBy(() -> new Snapshots(ignite(1)).requirePossible())
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_READY));
    assertThatExceptionOfType(RekindleException.class)
        .as("what Ignite says of it")
        .isThrownBy(() -> new Snapshots(ignite(0)).create("refused"))
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.BACKUP_FAILED));
    assertThat(keyId(0)).isEqualTo(2);

    awaitSealed();
    new Snapshots(ignite(1)).requirePossible();
    new Snapshots(ignite(0)).create("possible");
  }

  @Test
  @Order(3)
  void ofTwoRotationsAtOnceOneIsDone() {
    List<CompletableFuture<Integer>> both = new ArrayList<>();
    for (int node = 0; node < HOLDING; node++) {
      int which = node;
      both.add(
          started(
              () -> {
                RekindleException refused = refusal(which);
                if (refused != null) {
                  assertThat(refused.code()).isEqualTo(ErrorCode.NOT_READY);
                  assertThat(refused.details()).doesNotContainEntry("changed", "yes");
                }
                return refused == null ? 1 : 0;
              }));
    }
    assertThat(both.stream().mapToInt(CompletableFuture::join).sum()).isEqualTo(1);
    assertThat(keyId(0)).isEqualTo(3);
    awaitSealed();
  }

  /** A transaction that stays open keeps a snapshot from beginning, and is no hindrance else. */
  @Test
  @Order(4)
  void whileABackupIsMadeItIsRefused() {
    CompletableFuture<Boolean> backup;
    try (Transaction open = ignite(0).transactions().txStart()) {
      memories(0).put(1, "during the backup");
      backup =
          started(
              () -> {
                new Snapshots(ignite(1)).create("held");
                return true;
              });
      await(() -> IntStream.range(0, NODES).allMatch(GroupKeysIT::isMakingBackup));
      assertThat(refusal(HOLDING))
          .hasMessageContaining("a backup is being made")
          .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_READY));
      open.commit();
    }
    assertThat(backup.join()).isTrue();
    acknowledged.put(1, "during the backup");
    assertThat(keyId(0)).isEqualTo(3);
  }

  private static boolean isMakingBackup(int node) {
    return ((IgniteEx) ignite(node)).context().cache().context().snapshotMgr().isSnapshotCreating();
  }

  @Test
  @Order(5)
  void withoutANodeThatHoldsDataItIsRefused() {
    String away = engines.get(1).folders().nodeId().toString();
    running.get(1).close();
    Membership membership = new Membership(ignite(0));
    await(() -> !membership.isComplete());
    assertThat(refusal(0))
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.NODE_AWAY))
        .satisfies(e -> assertThat(e.details()).containsEntry("node", away));
    assertThat(keyId(0)).isEqualTo(3);
  }

  /** As one that is lost in the middle of a rotation. */
  @Test
  @Order(6)
  void aNodeThatMissedAChangeTakesTheKeysAsItJoins() {
    ignite(0).encryption().changeCacheGroupKey(List.of("memory")).get();
    put(0, 2, "while it was away");
    running.set(1, begin(1));
    keys.set(1, keysOf(1));
    assertThat(keyId(1)).isEqualTo(4);
    awaitSealed();
    assertAllThere(1);
  }

  /** Nothing is in memory after the start, so that both read the same pages from the disk. */
  @Test
  @Order(7)
  void allRowsAreThereAfterAllNodesWereStartedAndWhileTheirPagesAreSealedAnew() {
    running.reversed().forEach(RunningIgnite::close);
    running.clear();
    keys.clear();
    beginHolding();
    for (int node = 0; node < HOLDING; node++) {
      int which = node;
      assertThat(keyId(node)).isEqualTo(4);
      // Nothing says whether an old key is there for the log alone.
      assertThat(keys.get(node).reencrypting()).isZero();
      List<CompletableFuture<Void>> readers = new ArrayList<>();
      for (int reader = 0; reader < READERS; reader++) {
        readers.add(started(() -> assertAllThere(which)));
      }
      keys.get(node).resume();
      assertThat(keys.get(node).reencrypting()).isEqualTo(1);
      readers.forEach(CompletableFuture::join);
    }
    awaitSealed();
    put(1, 3, "after the start");
    assertThat(rotate(0)).isEqualTo(1);
    awaitSealed();
    assertAllThere(0);
  }

  @Test
  @Order(8)
  void oldKeysGoWithTheSegmentsOfTheLogThatNeedThem() {
    int group = CU.cacheId("memory");
    assertThat(encryption(0).groupKeyIds(group)).startsWith(5).hasSizeGreaterThan(1);
    byte[] large = new byte[256 << 10];
    // What other nodes own does not fill the log of this one.
    String ours = "large";
    while (!ignite(0).affinity("memory").isPrimary(ignite(0).cluster().localNode(), ours)) {
      ours += "r";
    }
    String key = ours;
    await(
        () -> {
          memories(0).put(key, large);
          keys.getFirst().advance();
          return List.of(5).equals(encryption(0).groupKeyIds(group));
        });
    assertAllThere(0);
    keys.getFirst().resume();
    assertThat(keys.getFirst().reencrypting()).as("with one key there is nothing to do").isZero();
  }
}
