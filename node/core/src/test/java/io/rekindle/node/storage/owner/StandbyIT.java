package io.rekindle.node.storage.owner;

import static io.rekindle.node.storage.owner.Requests.ALL;
import static io.rekindle.node.storage.owner.Requests.byWords;
import static io.rekindle.node.storage.owner.Requests.refusal;
import static io.rekindle.node.storage.owner.Requests.store;
import static io.rekindle.node.storage.owner.Requests.unit;
import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.access.AccessPass;
import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.Distance;
import io.rekindle.node.model.EmbeddingModelId;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.MemoryPatch.Field;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.NamespaceSettings;
import io.rekindle.node.model.SliceId;
import io.rekindle.node.storage.Drafts;
import io.rekindle.node.storage.SearchQuery;
import io.rekindle.node.storage.SearchResult;
import io.rekindle.node.storage.StorageNode;
import io.rekindle.node.storage.owner.TestCluster.Node;
import io.rekindle.node.storage.slice.SliceIndexes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.ignite.Ignite;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** An index follows its partition: to the backup, to the next owner, and away with it. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class StandbyIT {
  /** Above both bounds, so that codes lie in lists. */
  private static final int MANY = 2 * StorageNode.CODES_FROM + 500;

  private static final int FEW = 300;
  private static final int SLICES = 16;

  @TempDir static Path folder;

  private static TestCluster cluster;

  /** A namespace with slices on all nodes. */
  private static Namespace sliced;

  @BeforeAll
  static void start() throws IOException {
    cluster = new TestCluster(folder, 3);
    NamespaceSettings settings =
        new NamespaceSettings(
            EmbeddingModelId.EXTERNAL,
            StorageNode.DIMENSIONS,
            Distance.COSINE,
            List.of("kind"),
            false,
            SLICES);
    sliced = cluster.namespaceOn(cluster.node(1), settings);
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  /** Rounds of all nodes, until one has its effect. */
  private static void tellUntil(java.util.function.BooleanSupplier done) {
    TestCluster.await(
        () -> {
          cluster.running().forEach(node -> node.owned.standby().round());
          return done.getAsBoolean();
        });
  }

  private static Node backupOf(Node owner, Namespace space) {
    var other = owner.owners.othersWith(SliceId.of(space.id(), 0)).getFirst();
    return cluster.running().stream()
        .filter(node -> node.ignite().cluster().localNode().id().equals(other.id()))
        .findFirst()
        .orElseThrow();
  }

  /** Everything that decides about a hit. */
  private record Place(MemoryId id, float score) {}

  private static List<Place> ask(Node entry, Namespace space, SearchQuery query) {
    AccessPass pass = TestCluster.pass(entry, null, ALL);
    SearchResult result = entry.owned.memories().search(pass, List.of(space), query, null);
    assertThat(result.partial()).isFalse();
    return places(result);
  }

  private static List<Place> places(SearchResult result) {
    return result.hits().stream()
        .map(hit -> new Place(hit.memory().memoryId(), hit.score()))
        .toList();
  }

  private static SearchQuery near(long seed, double recall) {
    return SearchQuery.byMeaning(unit(seed), 10, null, Filter.ALL, recall);
  }

  private static List<MemoryId> fill(Node entry, Namespace space, int from, int to) {
    AccessPass pass = TestCluster.pass(entry, null, ALL);
    List<MemoryId> ids = new ArrayList<>();
    for (int i = from; i < to; i++) {
      String words = "ship " + "sails ".repeat(i % 7) + "n" + i % 50;
      ids.add(store(entry, pass, space, Drafts.of(words).vector(unit(i)).draft(), null));
    }
    return ids;
  }

  private static double recall(Node entry, Namespace space) {
    int hits = 0;
    for (int seed = 0; seed < 200; seed++) {
      Set<MemoryId> truth = new HashSet<>();
      ask(entry, space, near(-seed - 1, 1)).forEach(place -> truth.add(place.id()));
      for (Place place : ask(entry, space, near(-seed - 1, 0.9))) {
        hits += truth.contains(place.id()) ? 1 : 0;
      }
    }
    return hits / 2_000.0;
  }

  @Test
  @Order(1)
  void aSliceThatNobodyLoadedIsNotLoadedOnItsBackupEither() {
    Node owner = cluster.node(1);
    Namespace space = cluster.namespaceOn(owner, StorageNode.externalSettings());
    fill(cluster.node(0), space, 0, 5);
    cluster.running().forEach(node -> node.owned.standby().round());
    assertThat(cluster.running()).allMatch(node -> node.storage.indexes().loaded() == 0);
  }

  @Test
  @Order(2)
  void searchesAreRightOrWaitOrSayPartialWhileANodeJoins() throws Exception {
    Namespace space = sliced;
    fill(cluster.node(0), space, 0, FEW);
    List<List<Place>> truth = new ArrayList<>();
    for (int seed = 0; seed < 5; seed++) {
      truth.add(ask(cluster.node(0), space, near(seed, 1)));
    }
    List<Place> words = ask(cluster.node(0), space, byWords("sails"));
    assertThat(words).hasSize(10);
    tellUntil(() -> cluster.nodes.stream().allMatch(node -> isLoadedWhereHeld(node, space)));
    AtomicBoolean over = new AtomicBoolean();
    AtomicInteger right = new AtomicInteger();
    List<FutureTask<Integer>> readers = new ArrayList<>();
    for (Node entry : List.copyOf(cluster.nodes)) {
      FutureTask<Integer> reader =
          new FutureTask<>(
              () -> {
                for (int turn = 0; !over.get(); turn++) {
                  judge(entry, space, near(turn % 5, 1), truth.get(turn % 5), right);
                  judge(entry, space, byWords("sails"), words, right);
                }
                return 0;
              });
      readers.add(reader);
      Thread.ofPlatform().start(reader);
    }

    Node fresh = cluster.join();
    Ignite ignite = cluster.node(0).ignite();
    ignite.cluster().setBaselineTopology(ignite.cluster().topologyVersion());
    tellUntil(() -> TestCluster.ownsItsShare(fresh));
    tellUntil(() -> cluster.running().stream().allMatch(node -> isLoadedWhereHeld(node, space)));
    over.set(true);
    for (FutureTask<Integer> reader : readers) {
      reader.get();
    }
    assertThat(right.get()).isPositive();
    for (Node entry : cluster.nodes) {
      assertThat(ask(entry, space, near(3, 1))).isEqualTo(truth.get(3));
      assertThat(ask(entry, space, byWords("sails"))).isEqualTo(words);
    }
  }

  private static void judge(
      Node entry, Namespace space, SearchQuery query, List<Place> truth, AtomicInteger right) {
    AccessPass pass = TestCluster.pass(entry, null, ALL);
    try {
      SearchResult result = entry.owned.memories().search(pass, List.of(space), query, null);
      if (!result.partial()) {
        assertThat(places(result)).isEqualTo(truth);
        right.incrementAndGet();
      }
    } catch (RekindleException e) {
      assertThat(e.code()).isEqualTo(ErrorCode.NOT_READY);
    }
  }

  private static long held(Node node, Namespace space) {
    return IntStream.range(0, space.settings().slices())
        .filter(ordinal -> node.owners.isWhole(SliceId.of(space.id(), ordinal)))
        .count();
  }

  private static boolean isLoadedWhereHeld(Node node, Namespace space) {
    SliceIndexes indexes = node.storage.indexes();
    return indexes.building() == 0 && indexes.loaded() >= held(node, space);
  }

  @Test
  @Order(3)
  void whatIsGoneWithItsPartitionIsGoneFromMemory() {
    Namespace space = sliced;
    // Each slice was on two of three nodes; two of four have it now, so somebody had to let go.
    long held = cluster.running().stream().mapToLong(node -> held(node, space)).sum();
    TestCluster.await(
        () -> cluster.running().stream().mapToLong(node -> held(node, space)).sum() == 2 * SLICES);
    int before = cluster.running().stream().mapToInt(node -> loaded(node)).sum();
    long bytes =
        cluster.running().stream().mapToLong(node -> node.storage.indexes().bytesUsed()).sum();
    assertThat(before).as("held " + held).isGreaterThan(2 * SLICES);

    cluster.running().forEach(node -> node.storage.indexes().dropGone());

    for (Node node : cluster.running()) {
      assertThat(loaded(node)).isEqualTo((int) held(node, space));
    }
    assertThat(
            cluster.running().stream().mapToLong(node -> node.storage.indexes().bytesUsed()).sum())
        .isLessThan(bytes);
    assertThat(ask(cluster.node(3), space, near(3, 1))).hasSize(10);
  }

  private static int loaded(Node node) {
    return node.storage.indexes().loaded();
  }

  @Test
  @Order(4)
  void theNextOwnerAnswersTheSameWithoutABuild() {
    Node owner = cluster.node(2);
    Namespace few = cluster.namespaceOn(owner, StorageNode.externalSettings());
    Namespace many = cluster.namespaceOn(owner, StorageNode.externalSettings());
    Namespace empty = cluster.namespaceOn(owner, StorageNode.externalSettings());
    Node entry = cluster.node(0);
    List<MemoryId> ids = fill(entry, few, 0, FEW);
    fill(entry, many, 0, MANY);
    ask(entry, few, near(1, 1));
    ask(entry, many, near(1, 0.9));
    ask(entry, few, byWords("ship"));
    assertThat(ask(entry, empty, near(1, 1))).isEmpty();
    Set<Node> backups = new HashSet<>();
    List.of(few, many, empty).forEach(space -> backups.add(backupOf(owner, space)));
    int standing = cluster.running().stream().mapToInt(StandbyIT::standing).sum() + 3;
    tellUntil(() -> cluster.running().stream().mapToInt(StandbyIT::standing).sum() >= standing);
    tellUntil(() -> backups.stream().allMatch(StandbyIT::isReady));
    Node next = backupOf(owner, few);
    tellUntil(() -> next.storage.indexes().standby().rehearsed() > 0);
    assertThat(next.storage.indexes().standby().standing()).isPositive();
    tellUntil(() -> next.storage.indexes().wordsBytesUsed() > 0);

    // What comes later reaches the index of a backup inside its commits.
    AccessPass pass = TestCluster.pass(entry, null, ALL);
    fill(entry, few, FEW, FEW + 20);
    fill(entry, empty, 0, 5);
    for (int i = 0; i < 20; i++) {
      Drafts change = Drafts.of("ship changed").vector(unit(5_000 + i));
      entry
          .owned
          .memories()
          .update(
              pass, few, ids.get(i), 1L, change.patch(Field.CONTENT, Field.VECTOR), null, "key");
      entry.owned.memories().delete(pass, few, ids.get(50 + i), null, null, "key");
    }
    List<List<Place>> exact = new ArrayList<>();
    for (int seed = 0; seed < 50; seed++) {
      exact.add(ask(entry, few, near(seed, 1)));
    }
    List<Place> words = ask(entry, few, byWords("changed"));
    assertThat(words).hasSize(10);
    double byOwner = recall(entry, many);
    List<Long> builds = builds(owner);

    owner.kill();
    TestCluster.await(() -> cluster.running().stream().anyMatch(node -> owns(node, few)));
    for (int seed = 0; seed < 50; seed++) {
      assertThat(ask(entry, few, near(seed, 1))).isEqualTo(exact.get(seed));
    }
    assertThat(ask(entry, few, byWords("changed"))).isEqualTo(words);
    assertThat(ask(entry, empty, near(1, 1))).hasSize(5);
    assertThat(byOwner).isGreaterThanOrEqualTo(0.9);
    assertThat(recall(entry, many)).isGreaterThanOrEqualTo(0.9);
    assertThat(builds(owner)).isEqualTo(builds);
  }

  private static boolean owns(Node node, Namespace space) {
    return node.owners.isHere(SliceId.of(space.id(), 0));
  }

  private static int standing(Node node) {
    return node.storage.indexes().standby().standing();
  }

  private static boolean isReady(Node node) {
    SliceIndexes indexes = node.storage.indexes();
    return indexes.building() == 0 && indexes.wantingCodes() == 0;
  }

  /** Of the indexes, and since the start, on all nodes but one. */
  private static List<Long> builds(Node without) {
    return cluster.nodes.stream()
        .filter(node -> node != without)
        .map(node -> node.storage.indexes().builds())
        .toList();
  }

  @Test
  @Order(5)
  void aSliceWithoutAnyCopyIsSaidToBeLostNotFoundEmpty() throws Exception {
    cluster.goOnWithOthers();
    Node owner = cluster.node(1);
    Namespace space = cluster.namespaceOn(owner, StorageNode.externalSettings());
    Node backup = backupOf(owner, space);
    while (backup == cluster.node(0)) {
      space = cluster.namespaceOn(owner, StorageNode.externalSettings());
      backup = backupOf(owner, space);
    }
    Node entry = cluster.node(0);
    fill(entry, space, 0, 20);
    ask(entry, space, near(1, 1));

    List<Place> truth = ask(entry, space, near(1, 1));
    Thread other = Thread.ofPlatform().start(backup::kill);
    owner.kill();
    other.join();

    Namespace lost = space;
    TestCluster.await(() -> isSaidToBeLost(entry, lost, truth));
  }

  private static boolean isSaidToBeLost(Node entry, Namespace space, List<Place> truth) {
    RekindleException refusal =
        refusal(() -> assertThat(ask(entry, space, near(1, 1))).isEqualTo(truth));
    if (refusal != null) {
      assertThat(refusal.code()).isIn(ErrorCode.NOT_READY, ErrorCode.PARTITION_LOST);
    }
    return refusal != null && refusal.code() == ErrorCode.PARTITION_LOST;
  }
}
