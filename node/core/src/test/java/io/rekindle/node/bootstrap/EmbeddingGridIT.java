package io.rekindle.node.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.cluster.Baseline;
import io.rekindle.node.cluster.Membership;
import io.rekindle.node.model.ApiKeyId;
import io.rekindle.node.model.ContentId;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.model.NamespaceSettings;
import io.rekindle.node.model.SliceId;
import io.rekindle.node.storage.StorageNode;
import io.rekindle.node.storage.VectorStore.ContentState;
import io.rekindle.node.storage.row.CacheConfigurations;
import io.rekindle.node.storage.row.Caches;
import io.rekindle.node.storage.row.VectorKey;
import io.rekindle.node.storage.row.VectorRow;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import javax.cache.Cache;
import org.apache.ignite.Ignite;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Nodes of one cluster embed for each other: one that embeds nothing, two that take batches, and a
 * fourth that embeds its own, so that three are left when one is lost. In the order in which they
 * get fewer.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(120)
class EmbeddingGridIT {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int PARTITIONS = CacheConfigurations.SLICE_PARTITIONS;
  private static final String EMBEDDED = "rekindle_memories_embedded_total";
  private static final String FAILED = "rekindle_embeddings_failed_total";
  private static final String SENT = "rekindle_embedding_batches_sent_total";
  private static final String TAKEN = "rekindle_embedding_batches_taken_total";
  private static final String FAILOVERS = "rekindle_embedding_failovers_total";

  @TempDir static Path folder;

  private static final List<GridNode> nodes = new ArrayList<>();
  private static GridNode owner;
  private static GridNode one;
  private static GridNode two;
  private static GridNode other;
  private static int names;

  @BeforeAll
  static void start() throws IOException {
    owner = begin("none", null);
    one = begin("any", owner);
    two = begin("any", owner);
    other = begin("own", owner);
    balance();
  }

  private static GridNode begin(String role, @Nullable GridNode first) throws IOException {
    GridNode node =
        new GridNode(
            folder.resolve(role + nodes.size()),
            first,
            Map.of(
                "rekindle.embedding.role",
                role,
                "rekindle.embedding.batch-items-max",
                "4",
                "rekindle.embedding.queue-max",
                "24",
                "rekindle.embedding.sent-timeout",
                "PT2S",
                "rekindle.embedding.retry-first",
                "PT0.2S"));
    nodes.add(node);
    return node;
  }

  /** Those that are there hold the data, each its part. */
  private static void balance() {
    Ignite ignite = owner.ignite();
    ignite.cluster().setBaselineTopology(ignite.cluster().topologyVersion());
    Baseline baseline = new Baseline(ignite, new Membership(ignite));
    await(
        () ->
            baseline.copiesMissing() == 0
                && nodes.stream().allMatch(node -> owned(node) > PARTITIONS / 8));
  }

  private static long owned(GridNode node) {
    return IntStream.range(0, PARTITIONS).filter(node.owners::isHere).count();
  }

  @AfterAll
  static void stop() {
    List.of(owner, one, two, other).reversed().forEach(GridNode::close);
  }

  /** A fresh namespace of the held model, which a node owns. */
  private static Namespace spaceOf(GridNode node) {
    while (true) {
      Namespace space =
          node.storage
              .namespaces()
              .create(
                  StorageNode.PASS,
                  NamespacePath.parse("a/n" + names++),
                  new NamespaceSettings(
                      node.model.id(),
                      node.model.dimensions(),
                      node.model.distance(),
                      List.of(),
                      false,
                      1));
      if (node.owners.isHere(SliceId.of(space.id(), 0))) {
        return space;
      }
    }
  }

  private static List<MemoryId> store(GridNode entry, Namespace space, int count) {
    return IntStream.range(0, count).mapToObj(i -> entry.store(space, "apple " + i)).toList();
  }

  private static long sum(String meter) {
    return nodes.stream().mapToLong(node -> node.counted(meter)).sum();
  }

  private static boolean areEmbedded(GridNode asked, Namespace space, List<MemoryId> ids) {
    return ids.stream().allMatch(id -> asked.state(space, id) == ContentState.EMBEDDED);
  }

  /** How many vectors each memory of a namespace has, of the content that it has now. */
  private static Map<MemoryId, Integer> vectors(GridNode asked, Namespace space) {
    Map<MemoryId, Integer> vectors = new HashMap<>();
    for (Cache.Entry<VectorKey, VectorRow> entry : Caches.of(asked.ignite()).vector()) {
      if (entry.getKey().slice().namespace().equals(space.id())) {
        MemoryId id = entry.getKey().memoryKey().memoryId();
        assertThat(entry.getValue().contentVersion())
            .isEqualTo(asked.content(space, id).contentVersion());
        vectors.merge(id, 1, Integer::sum);
      }
    }
    return vectors;
  }

  /** Each memory has its vector, and was embedded once as far as anybody can see. */
  private static void assertOnceEach(
      GridNode asked, Namespace space, List<MemoryId> ids, long countedBefore) {
    await(() -> areEmbedded(asked, space, ids));
    ids.forEach(id -> asked.awaitCommit(space, id));
    assertThat(vectors(asked, space)).containsOnlyKeys(ids).values().containsOnly(1);
    await(() -> sum(EMBEDDED) - countedBefore >= ids.size());
    assertThat(sum(EMBEDDED) - countedBefore).isEqualTo(ids.size());
  }

  @Test
  @Order(1)
  void whatANodeWithoutTheRoleOwnsIsEmbeddedByOthers() {
    Namespace space = spaceOf(owner);
    List<MemoryId> ids = store(owner, space, 12);

    assertOnceEach(owner, space, ids, 0);

    assertThat(owner.counted(EMBEDDED)).isZero();
    assertThat(other.counted(EMBEDDED)).as("it embeds its own alone").isZero();
    await(() -> owner.counted(SENT) == one.counted(TAKEN) + two.counted(TAKEN));
    assertThat(owner.counted(SENT)).isPositive();
    assertThat(owner.counted(FAILOVERS)).isZero();
    assertThat(List.of(owner.work.embedders(), one.work.embedders(), other.work.embedders()))
        .containsExactly(2, 2, 3);
  }

  @Test
  @Order(2)
  void whoWaitsIsToldWhereverTheyWait() throws Exception {
    Namespace space = spaceOf(owner);
    one.model.hold();
    two.model.hold();
    MemoryId id = owner.store(space, "apple");
    ContentId content = owner.content(space, id);
    List<CompletableFuture<?>> waits =
        nodes.stream()
            .<CompletableFuture<?>>map(
                node ->
                    node.waits.begin(
                        new ApiKeyId("abcdefghijklmnop"),
                        List.of(content),
                        PATIENCE.plusMinutes(5)))
            .toList();
    await(() -> one.model.waiting() + two.model.waiting() == 1);
    assertThat(waits).noneMatch(CompletableFuture::isDone);

    one.model.release();
    two.model.release();

    for (CompletableFuture<?> wait : waits) {
      wait.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }
    for (GridNode node : nodes) {
      assertThat(node.state(space, id)).isEqualTo(ContentState.EMBEDDED);
    }
  }

  @Test
  @Order(3)
  void whatANodeIsTooLateWithIsEmbeddedByTheNext() {
    Namespace space = spaceOf(owner);
    long before = sum(EMBEDDED);
    long failovers = owner.counted(FAILOVERS);
    one.model.hold();
    two.model.hold();
    MemoryId id = owner.store(space, "apple");
    await(() -> one.model.waiting() + two.model.waiting() == 1);
    GridNode late = one.model.waiting() == 1 ? one : two;
    GridNode inTime = late == one ? two : one;
    await(() -> inTime.model.waiting() == 1);
    assertThat(late.model.waiting()).as("it is still at it").isEqualTo(1);

    inTime.model.release();
    assertOnceEach(owner, space, List.of(id), before);
    assertThat(owner.counted(FAILOVERS) - failovers).isEqualTo(1);
    late.model.release();
  }

  @Test
  @Order(4)
  void whatTwoNodesEmbedHasOneEffect() {
    Namespace space = spaceOf(owner);
    long before = sum(EMBEDDED);
    long failed = sum(FAILED);
    one.model.hold();
    two.model.hold();
    List<MemoryId> both = IntStream.range(0, 3).mapToObj(i -> owner.put(space, "b " + i)).toList();
    for (MemoryId id : both) {
      one.offer(space, id);
      two.offer(space, id);
    }
    await(() -> one.model.waiting() == 1 && two.model.waiting() == 1);

    one.model.release();
    assertOnceEach(owner, space, both, before);
    long ofTheLate = two.counted(EMBEDDED);
    two.model.release();
    // Its worker has this one when it is through with the others.
    List<MemoryId> all = new ArrayList<>(both);
    all.add(owner.put(space, "another"));
    two.offer(space, all.getLast());

    assertOnceEach(owner, space, all, before);
    assertThat(two.counted(EMBEDDED)).as("one of four").isEqualTo(ofTheLate + 1);
    assertThat(sum(FAILED)).isEqualTo(failed);
  }

  @Test
  @Order(5)
  void aNodeThatEmbedsItsOwnSendsOnlyWhatItHasNoTimeFor() {
    Namespace space = spaceOf(other);
    long before = sum(EMBEDDED);
    other.model.hold();
    List<MemoryId> ids = store(other, space, 5);
    await(() -> other.counted(SENT) > 0);
    other.model.release();

    assertOnceEach(other, space, ids, before);
    assertThat(other.counted(TAKEN)).isZero();
    assertThat(other.counted(EMBEDDED)).isPositive();
  }

  @Test
  @Order(6)
  void whatANodeHadThatStoppedInTheMiddleIsEmbeddedByTheNext() {
    Namespace space = spaceOf(owner);
    long before = sum(EMBEDDED);
    one.model.hold();
    two.model.hold();
    List<MemoryId> ids = store(owner, space, 12);
    await(() -> one.model.waiting() == 1 && two.model.waiting() == 1);

    two.leave();
    one.model.release();

    nodes.remove(two);
    assertOnceEach(owner, space, ids, before - two.counted(EMBEDDED));
    assertThat(owner.work.embedders()).isEqualTo(1);
    balance();
  }

  @Test
  @Order(7)
  void theQueueOfAnOwnerThatDiesIsTakenOverAtOnce() {
    Namespace space = spaceOf(owner);
    long before = one.counted(EMBEDDED) + other.counted(EMBEDDED);
    one.model.hold();
    List<MemoryId> ids = store(owner, space, 40);
    await(() -> one.model.waiting() == 1);
    assertThat(owner.queue.size()).as("its root's share of the queue").isPositive();

    owner.kill();
    nodes.remove(owner);
    one.model.release();

    assertOnceEach(one, space, ids, before);
    assertThat(one.work.embedders()).isEqualTo(1);
  }

  private static void await(BooleanSupplier condition) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime() - end).as("within half a minute").isNegative();
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
  }
}
