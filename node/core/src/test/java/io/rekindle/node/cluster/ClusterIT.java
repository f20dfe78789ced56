package io.rekindle.node.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.error.StartRefusedException;
import io.rekindle.node.keyring.GroupKeyCipher;
import io.rekindle.node.keyring.TestClusterKey;
import io.rekindle.node.model.ClusterNodeInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import javax.cache.CacheException;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteCache;
import org.apache.ignite.Ignition;
import org.apache.ignite.cache.CacheAtomicityMode;
import org.apache.ignite.cache.CachePeekMode;
import org.apache.ignite.cache.CacheWriteSynchronizationMode;
import org.apache.ignite.cache.PartitionLossPolicy;
import org.apache.ignite.configuration.CacheConfiguration;
import org.apache.ignite.internal.IgniteEx;
import org.apache.ignite.internal.processors.cache.CacheInvalidStateException;
import org.apache.ignite.internal.util.typedef.X;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Three nodes of one cluster in this process, and a fourth that comes and goes. */
@TestMethodOrder(OrderAnnotation.class)
@Timeout(180)
class ClusterIT {
  private static final int FIRST = 3;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir static Path folder;

  private static final List<TestEngine> engines = new ArrayList<>();
  private static final List<RunningIgnite> running = new ArrayList<>();
  private static List<Integer> ports = List.of();
  private static int elsewhere;

  @BeforeAll
  static void start() throws IOException {
    ports = FreePort.several("127.0.0.1", FIRST + 1);
    engines.add(TestEngine.open(folder.resolve("0"), settings(0, FIRST)));
    for (int i = 1; i <= FIRST; i++) {
      engines.add(TestEngine.join(folder.resolve("" + i), engines.getFirst(), settings(i, 0)));
    }
    engines.forEach(engine -> engine.setTraits(Map.of("the cluster id", "a")));
    List<CompletableFuture<RunningIgnite>> starts = new ArrayList<>();
    for (int i = 0; i < FIRST; i++) {
      int node = i;
      starts.add(beginning(node));
    }
    starts.forEach(node -> running.add(begun(node)));
  }

  /** Those too that a test that failed left waiting for others. */
  @AfterAll
  static void stop() {
    running.forEach(RunningIgnite::close);
    engines.forEach(engine -> Ignition.stop("rekindle-" + engine.folders().nodeId(), true));
    engines.forEach(TestEngine::close);
  }

  /** As the shell does: a node that came up apart from the others, or too early, starts anew. */
  private static RunningIgnite begin(int node) {
    while (true) {
      try {
        return beginOnce(node);
      } catch (SeparateRingException e) {
        assertThat(e).hasMessageContaining("apart");
      } catch (WaitOutsideException e) {
        LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
      }
    }
  }

  private static RunningIgnite beginOnce(int node) {
    return RunningIgnite.start(
        engines.get(node).configuration(null, cache()), node == 0 ? FIRST : 0);
  }

  /** On a thread of its own: a pool of as many as there are cores would let nodes wait in turn. */
  private static CompletableFuture<RunningIgnite> beginning(int node) {
    return CompletableFuture.supplyAsync(
        () -> begin(node), task -> Thread.ofPlatform().daemon().start(task));
  }

  /** Waits for a node; one that never comes has the others wait for ever. */
  private static RunningIgnite begun(CompletableFuture<RunningIgnite> node) {
    return node.orTimeout(2 * PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
  }

  private static Map<String, String> settings(int node, int initialNodes) {
    return Map.of(
        "rekindle.ignite.discovery-port",
        ports.get(node).toString(),
        "rekindle.cluster.initial-nodes",
        Integer.toString(initialNodes),
        "rekindle.ignite.failure-detection",
        "PT10S",
        "rekindle.cluster.addresses",
        String.join(",", ports.stream().map(port -> "127.0.0.1:" + port).toList()));
  }

  private static CacheConfiguration<Object, Object> cache() {
    return new CacheConfiguration<>("memory")
        .setAtomicityMode(CacheAtomicityMode.TRANSACTIONAL)
        .setWriteSynchronizationMode(CacheWriteSynchronizationMode.FULL_SYNC)
        .setPartitionLossPolicy(PartitionLossPolicy.READ_WRITE_SAFE)
        .setEncryptionEnabled(true)
        .setBackups(1);
  }

  private static Ignite ignite(int node) {
    return running.get(node).ignite();
  }

  private static Membership membership(int node) {
    return new Membership(ignite(node));
  }

  private static Baseline baseline(int node) {
    return new Baseline(ignite(node), membership(node));
  }

  private static IgniteCache<Object, Object> memories(int node) {
    return ignite(node).cache("memory");
  }

  private static String id(int node) {
    return engines.get(node).folders().nodeId().toString();
  }

  @Test
  @Order(1)
  void aClusterBeginsWithAllItsFirstNodesAsItsBaseline() {
    for (int node = 0; node < FIRST; node++) {
      assertThat(membership(node).baseline()).containsExactlyInAnyOrder(id(0), id(1), id(2));
      assertThat(membership(node).hasMajority()).isTrue();
      assertThat(membership(node).isComplete()).isTrue();
    }
    assertThat(List.of(0, 1, 2)).filteredOn(node -> membership(node).isOldest()).hasSize(1);
  }

  @Test
  @Order(2)
  void contactCountsAMajorityAndComparesClocks() {
    InstantSource late = InstantSource.offset(InstantSource.system(), Duration.ofSeconds(-90));
    try (Contact first = contact(0, late);
        Contact second = contact(1, InstantSource.system());
        Contact third = contact(2, InstantSource.system())) {
      first.round();
      second.round();
      assertThat(first.holds()).isTrue();
      assertThat(first.clockDifferenceMillis()).isBetween(88_000L, 92_000L);
      assertThat(second.clockDifferenceMillis()).isBetween(-92_000L, 2_000L);
      assertThat(third.holds()).isTrue();
    }
  }

  private static Contact contact(int node, InstantSource clock) {
    return new Contact(
        membership(node), SliceCalls.of(ignite(node)), clock, Duration.ofSeconds(30));
  }

  @Test
  @Order(3)
  void aNodeThatDiffersIsNotLetInAndToldWhy() {
    TestEngine fourth = engines.get(FIRST);
    fourth.setTraits(Map.of("the cluster id", "b"));
    assertThatExceptionOfType(StartRefusedException.class)
        .isThrownBy(() -> begin(FIRST))
        .withMessage(
            "The cluster did not let this node in: the cluster id is b here and a in the cluster.");
    fourth.setTraits(Map.of("the cluster id", "a"));
  }

  @Test
  @Order(3)
  void aNodeOfAnotherClusterKeyIsNotLetIn() {
    var configuration = engines.get(FIRST).configuration(null, cache());
    configuration.setEncryptionSpi(new XaesEncryptionSpi(new GroupKeyCipher(TestClusterKey.of(9))));
    assertThatExceptionOfType(StartRefusedException.class)
        .isThrownBy(() -> RunningIgnite.start(configuration, 0))
        .withMessage("The cluster did not let this node in: its cluster key is another one.");
  }

  @Test
  @Order(4)
  void aCopyOfARunningNodesFolderIsNotLetIn() throws IOException {
    Path copy = folder.resolve("copy");
    try (TestEngine engine = TestEngine.join(copy, engines.getFirst(), settings(FIRST, 0))) {
      Files.deleteIfExists(copy.resolve("node.id"));
      Files.copy(folder.resolve("1").resolve("node.id"), copy.resolve("node.id"));
      engine.setTraits(Map.of("the cluster id", "a"));
      // In a process of its own it would have this name to itself.
      var configuration = engine.configuration(null, cache()).setIgniteInstanceName("copy");
      assertThatExceptionOfType(StartRefusedException.class)
          .isThrownBy(() -> RunningIgnite.start(configuration, 0))
          .withMessageContaining("a node of the same id is running");
    }
  }

  @Test
  @Order(5)
  void aNodeThatJoinsHoldsDataWhenItIsAddedAndNoneWhenItIsRemoved() {
    for (int key = 0; key < 100; key++) {
      memories(0).put(key, "value " + key);
    }
    putRowsOfEverySize();
    running.add(begin(FIRST));
    String fourth = id(FIRST);
    assertThat(membership(0).members())
        .filteredOn(ClusterNodeInfo::online)
        .hasSize(FIRST + 1)
        .filteredOn(node -> !node.inBaseline())
        .extracting(ClusterNodeInfo::id)
        .containsExactly(fourth);
    assertThat(memories(FIRST).get(7)).isEqualTo("value 7");

    Baseline.Plan adding = baseline(1).plan(Set.of(fourth), Set.of());
    assertThat(adding.copiesMoved()).isPositive();
    assertThat(adding.partitionsLost()).isZero();
    assertThat(membership(0).baseline()).as("a plan changes nothing").hasSize(FIRST);
    baseline(1).change(adding);
    awaitCopies();
    assertThat(membership(2).baseline()).contains(fourth);

    Baseline.Plan removing = baseline(1).plan(Set.of(), Set.of(fourth));
    assertThat(removing.partitionsLost()).isZero();
    assertThat(baseline(1).plan(Set.of(), Set.of(id(0), id(1), fourth)).partitionsLost())
        .as("two copies of each partition, and three of four nodes")
        .isPositive();
    assertThatExceptionOfType(RekindleException.class)
        .isThrownBy(() -> baseline(1).change(removing))
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.NODE_ONLINE));
    running.removeLast().close();
    await(() -> membership(1).members().stream().filter(ClusterNodeInfo::online).count() == FIRST);
    baseline(1).change(baseline(1).plan(Set.of(), Set.of(fourth)));
    awaitCopies();
    for (int key = 0; key < 100; key++) {
      assertThat(memories(2).get(key)).isEqualTo("value " + key);
    }
  }

  /** What is left of some of them is a little larger than an encrypted page. */
  private static void putRowsOfEverySize() {
    int step = XaesEncryptionSpi.LOST_BYTES / 8;
    for (int bytes = 8_000; bytes < 8_000 + 4_096; bytes += step) {
      memories(0).put("of " + bytes, new byte[bytes]);
    }
  }

  private static void awaitCopies() {
    await(() -> baseline(0).copiesMissing() == 0);
  }

  @Test
  @Order(6)
  void aBaselineOfNodesThatAreNotThereOrOfNoneIsRefused() {
    assertThatExceptionOfType(RekindleException.class)
        .isThrownBy(() -> baseline(0).plan(Set.of("nobody"), Set.of()))
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.NODE_NOT_FOUND))
        .satisfies(e -> assertThat(e.details()).containsEntry("node", "nobody"));
    assertThatExceptionOfType(RekindleException.class)
        .isThrownBy(() -> baseline(0).plan(Set.of(), Set.of(id(0), id(1), id(2))))
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT));
  }

  @Test
  @Order(7)
  void twoOfThreeGoOnAndOneOfThreeWritesNothing() {
    elsewhere = elsewhere();
    running.get(2).halt();
    await(() -> membership(0).members().stream().filter(ClusterNodeInfo::online).count() == 2);
    assertThat(membership(0).hasMajority()).isTrue();
    memories(0).put(elsewhere, "by two");
    assertThat(memories(1).get(elsewhere)).isEqualTo("by two");

    running.get(1).halt();
    await(() -> !membership(0).hasMajority());
    assertThatExceptionOfType(CacheException.class)
        .isThrownBy(
            () -> {
              for (int key = 0; key < 100; key++) {
                memories(0).put(key, "by one");
              }
            })
        .satisfies(e -> assertThat(X.hasCause(e, CacheInvalidStateException.class)).isTrue());
  }

  /** A key whose copies are on nodes 1 and 2: of the last write to it only node 1 has one. */
  private static int elsewhere() {
    String here = id(0);
    return IntStream.range(0, 1_000)
        .filter(
            key ->
                ignite(0).affinity("memory").mapKeyToPrimaryAndBackups(key).stream()
                    .noneMatch(node -> node.consistentId().equals(here)))
        .findFirst()
        .orElseThrow();
  }

  /** Node 2 has older copies: joining first, it would be given the counters of the newest. */
  @Test
  @Order(8)
  void whoLeftLastComesBackFirstAndThenNothingIsLost() {
    assertThat(baseline(0).lost()).isPositive();
    assertThatExceptionOfType(WaitOutsideException.class).isThrownBy(() -> beginOnce(2));
    assertThatExceptionOfType(SeparateRingException.class)
        .as("who gives up waits for nobody")
        .isThrownBy(() -> lostPartitions().awaitNone(() -> true));
    List<Integer> resets = new ArrayList<>();
    assertThat(lostPartitions().look(resets::add)).isEqualTo(LostPartitions.Step.WAIT);

    // As if it had been cut off: it keeps its copies, because node 0 alone is no majority.
    CutOffCopiesIT.note(engines.get(1));
    running.set(1, begin(1));
    assertThat(membership(0).hasMajority()).isTrue();
    assertThat(baseline(0).lost()).isPositive();
    assertThatExceptionOfType(CacheException.class).isThrownBy(() -> memories(0).get(elsewhere));
    IllegalStateException notRecorded = new IllegalStateException("it can't be recorded");
    assertThatExceptionOfType(IllegalStateException.class)
        .isThrownBy(
            () ->
                lostPartitions()
                    .look(
                        _ -> {
                          throw notRecorded;
                        }))
        .isSameAs(notRecorded);
    int lost = baseline(0).lost();
    assertThat(lost).isPositive();
    assertThat(resets).isEmpty();
    assertThat(lostPartitions().look(resets::add)).isEqualTo(LostPartitions.Step.RESET);
    assertThat(resets).containsExactly(lost);
    assertThat(baseline(0).lost()).isZero();
    assertThat(memories(0).get(elsewhere)).isEqualTo("by two");

    running.set(2, begin(2));
    awaitCopies();
    assertThatAllHave(elsewhere, "by two");
  }

  /** A checkpoint keeps in pages that a copy is lost. */
  @Test
  @Order(9)
  void theNewestCopyIsServedWhenItWasLostOnItsDiskToo() throws Exception {
    running.get(2).halt();
    await(() -> membership(0).members().stream().filter(ClusterNodeInfo::online).count() == 2);
    memories(0).put(elsewhere, "by two again");
    running.get(1).halt();
    await(() -> baseline(0).lost() > 0);
    running.set(1, begin(1));
    assertThat(baseline(1).lost()).isPositive();
    ((IgniteEx) ignite(1)).context().cache().context().database().waitForCheckpoint("test");
    running.get(1).halt();
    running.get(0).halt();

    List<CompletableFuture<RunningIgnite>> all =
        IntStream.range(0, FIRST).mapToObj(ClusterIT::beginning).toList();
    CompletableFuture.anyOf(
            CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)), firstFault(all))
        .orTimeout(2 * PATIENCE.toSeconds(), TimeUnit.SECONDS)
        .join();
    for (int node = 0; node < FIRST; node++) {
      running.set(node, all.get(node).join());
    }
    awaitCopies();
    assertThat(baseline(0).lost()).isZero();
    assertThatAllHave(elsewhere, "by two again");
  }

  /** Ends when one of them fails: the others wait for it then. */
  private static CompletableFuture<Void> firstFault(List<CompletableFuture<RunningIgnite>> nodes) {
    CompletableFuture<Void> fault = new CompletableFuture<>();
    nodes.forEach(
        node ->
            node.exceptionally(
                e -> {
                  fault.completeExceptionally(e);
                  return null;
                }));
    return fault;
  }

  @Test
  @Order(10)
  void whatTwoHadWhoLeftAtOnceIsServedWhenAllAreBack() {
    memories(0).put(elsewhere, "by all");
    CompletableFuture<Void> both =
        CompletableFuture.allOf(inBackground(1, running.get(1)), inBackground(2, running.get(2)));
    both.join();
    await(() -> baseline(0).lost() > 0);
    CompletableFuture<RunningIgnite> second = beginning(1);
    CompletableFuture<RunningIgnite> third = beginning(2);
    await(
        () -> {
          if (lostPartitions().look(_ -> {}) == LostPartitions.Step.START_TOGETHER) {
            running.getFirst().halt();
            running.set(0, begin(0));
          }
          return second.isDone() && third.isDone();
        });
    running.set(1, begun(second));
    running.set(2, begun(third));
    await(() -> baseline(0).lost() == 0);
    awaitCopies();
    assertThatAllHave(elsewhere, "by all");
  }

  private static CompletableFuture<Void> inBackground(int number, RunningIgnite node) {
    return CompletableFuture.runAsync(
        node::halt, task -> Thread.ofPlatform().name("halt-" + number).start(task));
  }

  /** As the oldest sees it, which acts for all. */
  private static LostPartitions lostPartitions() {
    return new LostPartitions(ignite(0), membership(0), baseline(0));
  }

  private static void assertThatAllHave(int key, String value) {
    for (int node = 0; node < FIRST; node++) {
      assertThat(memories(node).get(key)).isEqualTo(value);
      Object here = memories(node).localPeek(key, CachePeekMode.PRIMARY, CachePeekMode.BACKUP);
      assertThat(here).as("the copy of node %d, if it has one", node).isIn(value, null);
    }
  }

  @Test
  @Order(11)
  void afterAWholeStopTheClusterWaitsForAllOfItsNodes() {
    running.forEach(RunningIgnite::close);
    running.clear();
    CompletableFuture<RunningIgnite> second = beginning(1);
    CompletableFuture<RunningIgnite> third = beginning(2);
    LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(6));
    assertThat(second.isDone() || third.isDone()).as("two of three wait").isFalse();
    running.add(begin(0));
    running.add(begun(second));
    running.add(begun(third));
    awaitCopies();
    assertThat(baseline(0).lost()).isZero();
  }

  @Test
  @Order(12)
  void anOperatorStartsItWithoutANodeThatIsGone() {
    running.forEach(RunningIgnite::close);
    running.clear();
    engines.get(1).set("rekindle.cluster.start-without", id(0));
    CompletableFuture<RunningIgnite> third = beginning(2);
    RunningIgnite second = begin(1);
    running.add(second);
    running.add(begun(third));
    assertThat(membership(0).baseline()).containsExactlyInAnyOrder(id(1), id(2));
    await(() -> baseline(1).lost() == 0 && baseline(1).copiesMissing() == 0);
    assertThat(memories(1).get(elsewhere)).isEqualTo("by all");
  }

  private static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime() - deadline).as("within a minute").isNegative();
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
    }
  }
}
