package io.rekindle.node.storage.owner;

import static io.rekindle.node.storage.owner.Requests.ALL;
import static io.rekindle.node.storage.owner.Requests.byWords;
import static io.rekindle.node.storage.owner.Requests.list;
import static io.rekindle.node.storage.owner.Requests.refusal;
import static io.rekindle.node.storage.owner.Requests.store;
import static io.rekindle.node.storage.owner.Requests.unit;
import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.access.AccessPass;
import io.rekindle.node.access.Action;
import io.rekindle.node.access.Pass;
import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.access.filter.FilterParser;
import io.rekindle.node.cluster.Membership;
import io.rekindle.node.cluster.SliceCalls;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.model.AgentState;
import io.rekindle.node.model.ApiKeyId;
import io.rekindle.node.model.ChunkSpan;
import io.rekindle.node.model.Distance;
import io.rekindle.node.model.EmbeddingModelId;
import io.rekindle.node.model.GrantSpec;
import io.rekindle.node.model.HitExplanation;
import io.rekindle.node.model.HybridWeights;
import io.rekindle.node.model.Memory;
import io.rekindle.node.model.MemoryDraft;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.MemoryPatch;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.NamespaceSettings;
import io.rekindle.node.model.Reply;
import io.rekindle.node.model.Sensitivity;
import io.rekindle.node.model.SliceId;
import io.rekindle.node.storage.AccessCountStore;
import io.rekindle.node.storage.AccessCountStore.AccessDelta;
import io.rekindle.node.storage.AgentStateStore;
import io.rekindle.node.storage.Cursor;
import io.rekindle.node.storage.Drafts;
import io.rekindle.node.storage.MemoryPage;
import io.rekindle.node.storage.MemoryStore;
import io.rekindle.node.storage.SearchQuery;
import io.rekindle.node.storage.SearchResult;
import io.rekindle.node.storage.SharedNode;
import io.rekindle.node.storage.StorageNode;
import io.rekindle.node.storage.owner.TestCluster.Node;
import io.rekindle.node.storage.row.SliceOwners;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Any node answers any request, and answers it as the owner does. */
class OwnedStoresIT {
  @TempDir static Path folder;

  private static TestCluster cluster;

  @BeforeAll
  static void start() throws IOException {
    cluster = new TestCluster(folder, 3);
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @Test
  void aMemoryIsWrittenAndReadThroughEveryNode() {
    for (Node owner : cluster.nodes) {
      Namespace space = cluster.namespaceOn(owner, StorageNode.externalSettings());
      for (Node entry : cluster.nodes) {
        AccessPass pass = TestCluster.pass(entry, null, ALL);
        MemoryStore memories = entry.owned.memories();
        double before = entry.calls(OwnerOperation.STORE);
        MemoryDraft draft =
            Drafts.of("ships").externalKey("k").metadata("{\"kind\":1}").vector(unit(1)).draft();
        MemoryId id = store(entry, pass, space, draft, null);

        assertThat(entry.calls(OwnerOperation.STORE) - before).isEqualTo(entry == owner ? 0 : 1);
        Memory stored = memories.get(pass, space, id);
        assertSame(stored, owner.storage.memories().get(pass, space, id));
        assertSame(memories.getByExternalKey(pass, space, "k"), stored);
        assertThat(refusal(() -> store(entry, pass, space, draft, null)).code())
            .isEqualTo(ErrorCode.MEMORY_EXISTS);

        MemoryPatch patch =
            Drafts.of("boats")
                .vector(unit(2))
                .patch(MemoryPatch.Field.CONTENT, MemoryPatch.Field.VECTOR);
        Memory updated = memories.update(pass, space, id, 1L, patch, null, "key");
        assertThat(updated.payload().content()).isEqualTo("boats");
        assertThat(refusal(() -> memories.update(pass, space, id, 1L, patch, null, "key")))
            .satisfies(e -> assertThat(e.details()).containsEntry("current_version", "2"));

        assertThat(list(entry, pass, List.of(space)).memories())
            .extracting(Memory::memoryId)
            .containsExactly(id);
        assertThat(memories.search(pass, List.of(space), byWords("boats"), null).hits())
            .extracting(hit -> hit.memory().memoryId())
            .containsExactly(id);

        memories.delete(pass, space, id, null, null, "key");
        assertThat(refusal(() -> memories.get(pass, space, id)).code())
            .isEqualTo(ErrorCode.MEMORY_NOT_FOUND);
      }
    }
  }

  @Test
  void aStateIsWrittenAndReadThroughEveryNode() {
    Namespace space = cluster.namespaceOn(cluster.node(1), StorageNode.modelSettings(8));
    for (Node entry : cluster.nodes) {
      AccessPass pass = TestCluster.pass(entry, null, ALL);
      AgentStateStore states = entry.owned.agentStates();
      for (int i = 0; i < 20; i++) {
        states.set(pass, space, "a" + i % 3, "k" + i, "" + i, 0L, null, null, "key");
      }
      AgentState first = states.get(pass, space, "a0", "k0");
      assertThat(first.value()).isEqualTo("0");
      List<AgentState> page = states.list(pass, space, null, 15, null).items();
      assertThat(page).hasSize(15);
      assertThat(states.list(pass, space, null, 15, null).more()).isTrue();
      AgentState last = page.getLast();
      assertThat(
              states
                  .list(
                      pass,
                      space,
                      null,
                      15,
                      new AgentStateStore.StateCursor(last.agentId(), last.key()))
                  .items())
          .hasSize(5)
          .doesNotContainAnyElementsOf(page);
      for (int i = 0; i < 20; i++) {
        states.delete(pass, space, "a" + i % 3, "k" + i, 1L, null, "key");
      }
      assertThat(refusal(() -> states.get(pass, space, "a0", "k0")).code())
          .isEqualTo(ErrorCode.STATE_NOT_FOUND);
    }
  }

  @Test
  void theOwnerAddsWhatOthersCountWithoutALockFromAfar() {
    Node entry = cluster.node(0);
    Namespace near = cluster.namespaceOn(entry, StorageNode.externalSettings());
    Namespace far = cluster.namespaceOn(cluster.node(1), StorageNode.externalSettings());
    AccessPass pass = TestCluster.pass(entry, null, ALL);
    AccessCountStore counts = entry.owned.accessCounts();
    MemoryDraft draft = Drafts.of("ships").vector(unit(1)).draft();
    List<AccessDelta> deltas = new ArrayList<>();
    for (int i = 0; i < AccessCountStore.BATCH_MAX; i++) {
      Namespace space = i == 0 ? near : far;
      deltas.add(new AccessDelta(space, store(entry, pass, space, draft, null), 2, Instant.EPOCH));
    }
    deltas.add(new AccessDelta(far, new MemoryId(new UUID(7, 7)), 1, Instant.EPOCH));

    Collection<List<AccessDelta>> parts = counts.byOwner(StorageNode.PASS, deltas);
    assertThat(parts).extracting(List::size).containsExactly(1, AccessCountStore.BATCH_MAX);
    long before = new Membership(entry.ignite()).messagesSent();
    parts.forEach(part -> counts.add(StorageNode.PASS, part));
    long sent = new Membership(entry.ignite()).messagesSent() - before;

    assertThat(sent).as("not some for each memory").isLessThan(AccessCountStore.BATCH_MAX / 4);
    assertThat(deltas.subList(0, AccessCountStore.BATCH_MAX))
        .extracting(it -> entry.owned.memories().get(pass, it.namespace(), it.memoryId()).access())
        .allSatisfy(access -> assertThat(access.accessCount()).isEqualTo(2));
  }

  @Test
  void aConditionHoldsBehindTheHop() {
    Namespace space = cluster.namespaceOn(cluster.node(2), StorageNode.externalSettings());
    Node entry = cluster.node(0);
    AccessPass all = TestCluster.pass(entry, null, ALL);
    AccessPass few = TestCluster.pass(entry, "sensitivity <= \"public\"", ALL);
    MemoryDraft draft =
        Drafts.of("secret ships").sensitivity(Sensitivity.RESTRICTED).vector(unit(1)).draft();
    MemoryId hidden = store(entry, all, space, draft, null);
    MemoryId shown = store(entry, few, space, Drafts.of("ships").vector(unit(1)).draft(), null);
    MemoryStore memories = entry.owned.memories();

    assertThat(refusal(() -> memories.get(few, space, hidden)).code())
        .isEqualTo(ErrorCode.MEMORY_NOT_FOUND);
    assertThat(refusal(() -> store(entry, few, space, draft, null)).code())
        .isEqualTo(ErrorCode.PERMISSION_DENIED);
    assertThat(list(entry, few, List.of(space)).memories())
        .extracting(Memory::memoryId)
        .containsExactly(shown);
    assertThat(memories.search(few, List.of(space), byWords("ships"), null).hits())
        .extracting(hit -> hit.memory().memoryId())
        .containsExactly(shown);
    assertThat(list(entry, all, List.of(space)).memories()).hasSize(2);
  }

  @Test
  void whatSeveralOwnersFindIsInTheOrderOfOneNode() {
    Data data = new Data();
    List<Namespace> alone =
        data.spaces().stream().map(space -> SharedNode.freshNamespace(space.settings())).toList();
    AccessPass pass = TestCluster.pass(cluster.node(0), null, ALL);
    data.store(cluster.node(0).owned.memories(), pass, data.spaces());
    data.store(SharedNode.node().storage().memories(), StorageNode.PASS, alone);
    HybridWeights important = new HybridWeights(1, 2, 0, HybridWeights.HALF_LIFE_DEFAULT, 3);
    List<SearchQuery> queries =
        List.of(
            byWords("ship"),
            SearchQuery.byMeaning(unit(7), 10, null, Filter.ALL, 1),
            SearchQuery.byMeaning(unit(7), 10, 0.3f, Filter.ALL, 1),
            hybrid(10, HybridWeights.DEFAULT, Filter.ALL),
            hybrid(40, important, Filter.ALL),
            hybrid(10, important, FilterParser.parse("metadata.kind = 1 AND metadata.odd = true")));

    for (SearchQuery query : queries) {
      SearchResult expected =
          SharedNode.node().storage().memories().search(StorageNode.PASS, alone, query, null);
      assertThat(expected.hits()).isNotEmpty();
      for (Node entry : cluster.nodes) {
        SearchResult found = entry.owned.memories().search(pass, data.spaces(), query, null);
        assertThat(found.hits().stream().map(OwnedStoresIT::place))
            .containsExactlyElementsOf(expected.hits().stream().map(OwnedStoresIT::place).toList());
        assertThat(found.exact()).isTrue();
        assertThat(found.partial()).isFalse();
        assertThat(found.more()).isFalse();
      }
    }
    assertThat(allPages(cluster.node(1), pass, data.spaces(), 7))
        .containsExactlyElementsOf(data.newestFirst());
    assertThat(allPages(cluster.node(1), pass, data.spaces(), 1_000))
        .containsExactlyElementsOf(data.newestFirst());
  }

  /** What decides about a hit and says why, without times. */
  private record Place(
      MemoryId id, float score, float similarity, @Nullable ChunkSpan chunk, HitExplanation why) {}

  private static Place place(Reply.Hit hit) {
    return new Place(
        hit.memory().memoryId(), hit.score(), hit.similarity(), hit.chunk(), hit.explanation());
  }

  private static SearchQuery hybrid(int topK, HybridWeights weights, Filter filter) {
    return new SearchQuery(unit(7), "ship", topK, null, filter, 1, weights, Instant.now());
  }

  private static List<MemoryId> allPages(
      Node entry, AccessPass pass, List<Namespace> spaces, int pageSize) {
    List<MemoryId> all = new ArrayList<>();
    Cursor after = null;
    do {
      MemoryPage page =
          entry.owned.memories().list(pass, spaces, Filter.ALL, pageSize, after, false);
      page.memories().forEach(memory -> all.add(memory.memoryId()));
      after = page.next();
    } while (after != null);
    return all;
  }

  /** Three namespaces on three nodes, one of them in slices on all, and what is in them. */
  private static final class Data {
    private final List<Namespace> spaces = new ArrayList<>();
    private final List<MemoryId> ids = new ArrayList<>();

    Data() {
      for (int i = 0; i < 3; i++) {
        spaces.add(
            cluster.namespaceOn(
                cluster.node(i),
                new NamespaceSettings(
                    EmbeddingModelId.EXTERNAL,
                    StorageNode.DIMENSIONS,
                    Distance.COSINE,
                    List.of("kind"),
                    false,
                    i == 2 ? 16 : 1)));
      }
      for (int i = 0; i < 90; i++) {
        ids.add(new MemoryId(new UUID(i, 5)));
      }
    }

    List<Namespace> spaces() {
      return spaces;
    }

    List<MemoryId> newestFirst() {
      return ids.reversed();
    }

    /** The same words and vectors in each, long ones so that an answer has no room for all. */
    void store(MemoryStore memories, Pass pass, List<Namespace> into) {
      for (int i = 0; i < ids.size(); i++) {
        MemoryDraft draft =
            Drafts.of("ship ".repeat(1 + i % 7) + "sails ".repeat(i % 11) + "x".repeat(20_000))
                .id(ids.get(i))
                .metadata("{\"kind\":" + i % 2 + ",\"odd\":" + (i % 3 == 0) + "}")
                .vector(unit(i))
                .draft();
        memories.store(pass, into.get(i % 3), important(draft, i), ids.get(i), null, null, "key");
      }
    }

    private static MemoryDraft important(MemoryDraft draft, int i) {
      return new MemoryDraft(
          draft.memoryId(),
          null,
          List.of(),
          null,
          null,
          null,
          draft.memoryType(),
          List.of(),
          draft.sensitivity(),
          i % 13 / 13f,
          null,
          draft.content(),
          draft.metadata(),
          null,
          draft.vector());
    }
  }

  @Test
  void aSearchThatIsCutGoesOnWhereItEndedAcrossOwners() {
    Data data = new Data();
    AccessPass pass = TestCluster.pass(cluster.node(0), null, ALL);
    MemoryStore memories = cluster.node(0).owned.memories();
    data.store(memories, pass, data.spaces());
    SearchQuery query = SearchQuery.byMeaning(unit(7), 90, null, Filter.ALL, 1);

    List<Reply.Hit> all = new ArrayList<>();
    SearchResult.Position after = null;
    SearchResult page;
    int pages = 0;
    do {
      page = memories.search(pass, data.spaces(), query, after);
      all.addAll(page.hits());
      Reply.Hit last = page.hits().getLast();
      after = new SearchResult.Position(last.score(), last.memory().memoryId());
      pages++;
    } while (page.more());

    assertThat(pages).isGreaterThan(1);
    assertThat(all).hasSize(90);
    for (int i = 0; i < all.size(); i++) {
      assertThat(all.get(i).explanation().meaningRank()).isEqualTo(i + 1);
    }
  }

  @Test
  void aSearchCostsOneCallToOneOwnerAndTwoToEachOfSeveral() {
    Node entry = cluster.node(0);
    AccessPass pass = TestCluster.pass(entry, null, ALL);
    List<Namespace> spaces = new ArrayList<>();
    for (Node owner : cluster.nodes) {
      Namespace space = cluster.namespaceOn(owner, StorageNode.externalSettings());
      store(entry, pass, space, Drafts.of("ship").vector(unit(1)).draft(), null);
      spaces.add(space);
    }
    double[] before = searchCalls(entry);

    entry.owned.memories().search(pass, spaces.subList(0, 1), byWords("ship"), null);
    assertThat(searchCalls(entry)).containsExactly(before);
    entry.owned.memories().search(pass, spaces.subList(1, 2), byWords("ship"), null);
    assertThat(searchCalls(entry)).containsExactly(before[0] + 1, before[1], before[2]);
    entry.owned.memories().search(pass, spaces, byWords("ship"), null);
    assertThat(searchCalls(entry)).containsExactly(before[0] + 1, before[1] + 2, before[2] + 2);
  }

  private static double[] searchCalls(Node entry) {
    return new double[] {
      entry.calls(OwnerOperation.SEARCH),
      entry.calls(OwnerOperation.SEARCH_CANDIDATES),
      entry.calls(OwnerOperation.SEARCH_ROWS)
    };
  }

  @Test
  void aPassThatIsNotForThisNodeAndThisMomentIsRefused() {
    Node owner = cluster.node(1);
    Node entry = cluster.node(0);
    Namespace space = cluster.namespaceOn(owner, StorageNode.externalSettings());
    AccessPass pass = TestCluster.pass(entry, null, ALL);
    MemoryId id = store(entry, pass, space, Drafts.of("x").vector(unit(1)).draft(), null);
    UUID audience = owner.ignite().cluster().localNode().id();

    Memory answer =
        WireIn.read(ask(entry, owner, pass, audience, space, id), MemoryMessages::memory);
    assertThat(answer.memoryId()).isEqualTo(id);
    UUID other = cluster.node(2).ignite().cluster().localNode().id();
    assertThat(refusal(() -> ask(entry, owner, pass, other, space, id)))
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.PERMISSION_DENIED))
        .satisfies(e -> assertThat(e.details()).containsEntry("reason", "audience"));
    AccessPass late =
        TestCluster.pass(entry, null, () -> Instant.now().minusSeconds(61), Action.GET);
    assertThat(refusal(() -> ask(entry, owner, late, audience, space, id)))
        .satisfies(e -> assertThat(e.details()).containsEntry("reason", "expired"));
    AccessPass search = TestCluster.pass(entry, null, Action.SEARCH);
    assertThat(refusal(() -> ask(entry, owner, search, audience, space, id)).code())
        .isEqualTo(ErrorCode.PERMISSION_DENIED);
  }

  @Test
  void aPassFromBeforeAChangeOfAccessComesBackToBeAuthorisedAnew() {
    Node owner = cluster.node(1);
    Node entry = cluster.node(0);
    Namespace space = cluster.namespaceOn(owner, StorageNode.externalSettings());
    AccessPass before = TestCluster.pass(entry, null, ALL);
    MemoryId id = store(entry, before, space, Drafts.of("x").vector(unit(1)).draft(), null);
    ApiKeyId key = new ApiKeyId("bbbbbbbbbbbbbbbb");
    owner.storage.apiKeys().create(StorageNode.PASS, TestCluster.key(key), List.of());
    entry.owned.memories().get(before, space, id);

    owner.storage.grants().add(StorageNode.PASS, key, new GrantSpec(null, null, Set.of()));
    assertOutdated(() -> entry.owned.memories().get(before, space, id));
    assertOutdated(() -> entry.owned.memories().search(before, List.of(space), byWords("x"), null));
    AccessPass between = TestCluster.pass(entry, null, ALL);
    entry.owned.memories().get(between, space, id);

    cluster.node(2).storage.apiKeys().revoke(StorageNode.PASS, key, Instant.now());
    assertOutdated(() -> entry.owned.memories().get(between, space, id));
  }

  private static void assertOutdated(ThrowingCallable call) {
    assertThat(refusal(call))
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_READY))
        .satisfies(e -> assertThat(e.details()).containsEntry("reason", "epoch"));
  }

  @Test
  void aNodeWithoutACopyOfASliceRefusesToListAndSearchIt() {
    Node owner = cluster.node(1);
    Namespace space = cluster.namespaceOn(owner, StorageNode.externalSettings());
    AccessPass pass = TestCluster.pass(owner, null, ALL);
    store(owner, pass, space, Drafts.of("ship").vector(unit(1)).draft(), null);
    SliceId slice = SliceId.of(space.id(), 0);

    for (Node other : List.of(cluster.node(0), cluster.node(2))) {
      List<Namespace> spaces = List.of(space);
      ThrowingCallable states = () -> other.storage.agentStates().list(pass, space, null, 9, null);
      List<ThrowingCallable> calls =
          List.of(
              () -> other.storage.memories().list(pass, spaces, Filter.ALL, 9, null, false),
              () -> other.storage.memories().search(pass, spaces, byWords("ship"), null),
              states);
      for (ThrowingCallable call : calls) {
        if (call != states && other.owners.isWhole(slice)) {
          assertThat(refusal(call)).as("of a copy").isNull();
        } else {
          assertThat(refusal(call)).satisfies(e -> assertThat(SliceOwners.isMoved(e)).isTrue());
        }
      }
      assertThat(other.storage.memories().findExpired(StorageNode.PASS, null, 9)).isEmpty();
    }
  }

  private static byte[] ask(
      Node entry, Node owner, AccessPass pass, UUID audience, Namespace space, MemoryId id) {
    byte[] message =
        new WireOut()
            .bytes(entry.passes.seal(pass, audience))
            .uuid(space.id().value())
            .id(id)
            .toBytes();
    return SliceCalls.of(entry.ignite())
        .call(
            owner.ignite().cluster().localNode(),
            OwnerOperation.GET.call(),
            message,
            Duration.ofSeconds(30));
  }

  /** Vectors are compared by their numbers. */
  private static void assertSame(Object actual, Object expected) {
    assertThat(actual).usingRecursiveComparison().isEqualTo(expected);
  }
}
