package io.rekindle.node.storage;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.data.Offset.offset;

import io.rekindle.node.access.Action;
import io.rekindle.node.access.Pass;
import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.access.filter.FilterParser;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.ChunkSpan;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.Reply;
import io.rekindle.node.model.Sensitivity;
import io.rekindle.node.storage.row.MemoryKey;
import io.rekindle.node.storage.row.MemoryRow;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SearchMemoriesIT {
  private static final StorageNode NODE = SharedNode.node();
  private static final MemoryStore STORE = NODE.storage().memories();
  private static final Pass ALL = StorageNode.PASS;

  private final Namespace space = SharedNode.freshNamespace(StorageNode.externalSettings());
  private final List<MemoryId> ids = new ArrayList<>();

  SearchMemoriesIT() {
    for (int i = 0; i < 10; i++) {
      ids.add(store(space, i));
    }
  }

  @Test
  void theNearestComeFirst() {
    SearchResult result = search(ALL, 3, null, Filter.ALL);

    assertThat(memories(result)).containsExactly(ids.get(0), ids.get(1), ids.get(2));
    assertThat(result.hits().getFirst().score()).isEqualTo(1f, offset(0.001f));
    assertThat(result.hits().getFirst().chunk())
        .isEqualTo(new ChunkSpan(0, 0, "number 0".length()));
    assertThat(result.partial()).isFalse();
  }

  @Test
  void filtersHoldBeforeTopKWhetherTheIndexAnswersThemOrNot() {
    Filter declared = FilterParser.parse("metadata.kind = \"odd\"");
    Filter undeclared = FilterParser.parse("metadata.number >= 7");

    assertThat(memories(search(ALL, 2, null, declared))).containsExactly(ids.get(1), ids.get(3));
    assertThat(memories(search(ALL, 2, null, undeclared))).containsExactly(ids.get(7), ids.get(8));
  }

  @Test
  void aCallersOwnVectorIsAnsweredWhereItIsAskedFor() {
    MemoryId id = ids.get(3);
    float[] brought = requireNonNull(STORE.get(ALL, space, id).vector()).values();
    assertThat(brought).isEqualTo(at(3));
    assertThat(STORE.list(ALL, List.of(space), Filter.ALL, 100, null, false).memories())
        .hasSize(10)
        .allMatch(memory -> memory.vector() == null);
    assertThat(STORE.list(ALL, List.of(space), Filter.ALL, 100, null, true).memories())
        .hasSize(10)
        .allMatch(memory -> memory.vector() != null);
  }

  @Test
  void aConditionOfTheGrantHidesRowsFromSearchAndList() {
    Pass narrow = Passes.where(space, "sensitivity <= \"internal\"", Action.SEARCH, Action.LIST);

    assertThat(memories(search(narrow, 10, null, Filter.ALL)))
        .containsExactly(ids.get(0), ids.get(2), ids.get(4), ids.get(6), ids.get(8));
    assertThat(STORE.list(narrow, List.of(space), Filter.ALL, 100, null, false).memories())
        .allMatch(memory -> memory.columns().sensitivity() == Sensitivity.PUBLIC)
        .hasSize(5);
  }

  @Test
  void aConditionHidesRowsFromTheNextPageToo() {
    Pass narrow = Passes.where(space, "sensitivity <= \"internal\"", Action.SEARCH, Action.LIST);
    Reply.Hit third = search(ALL, 10, null, Filter.ALL).hits().get(2);
    SearchResult.Position found =
        new SearchResult.Position(third.score(), third.memory().memoryId());

    SearchResult result = STORE.search(narrow, List.of(space), nearest(10), found);
    assertThat(memories(result)).containsExactly(ids.get(4), ids.get(6), ids.get(8));

    Cursor listed = STORE.list(ALL, List.of(space), Filter.ALL, 3, null, false).next();
    assertThat(STORE.list(narrow, List.of(space), Filter.ALL, 10, listed, false).memories())
        .extracting(memory -> memory.memoryId())
        .containsExactly(ids.get(6), ids.get(4), ids.get(2), ids.get(0));
  }

  @Test
  void aMinimumScoreCutsTheTail() {
    float third = search(ALL, 10, null, Filter.ALL).hits().get(2).score();

    assertThat(memories(search(ALL, 10, third, Filter.ALL)))
        .containsExactly(ids.get(0), ids.get(1), ids.get(2));
  }

  @Test
  void whatIsDeletedIsNotFound() {
    STORE.delete(ALL, space, ids.get(0), null, null, "lineage");

    assertThat(memories(search(ALL, 2, null, Filter.ALL))).containsExactly(ids.get(1), ids.get(2));
    IndexMirror.checkRebuilt(NODE, space);
  }

  @Test
  void aListGoesOnWhereItsPageEnded() {
    Namespace other = SharedNode.freshNamespace(StorageNode.externalSettings());
    store(other, 3);
    List<MemoryId> listed = new ArrayList<>();
    Cursor cursor = null;
    do {
      MemoryPage page = STORE.list(ALL, List.of(space, other), Filter.ALL, 4, cursor, false);
      page.memories().forEach(memory -> listed.add(memory.memoryId()));
      cursor = page.next();
    } while (cursor != null);

    assertThat(listed).hasSize(11).doesNotHaveDuplicates().containsAll(ids);
    assertThat(listed.subList(1, 11)).isEqualTo(ids.reversed());
  }

  @Test
  void noMoreRowsAreHeldThanOneAnswerTakes() {
    Namespace large = SharedNode.freshNamespace(StorageNode.externalSettings());
    List<MemoryId> stored = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      stored.add(store(large, i, "x".repeat(60 * 1024)));
    }

    List<MemoryId> found = new ArrayList<>();
    SearchResult result = STORE.search(ALL, List.of(large), nearest(25), null);
    while (result.more()) {
      assertThat(result.hits()).hasSizeBetween(1, 20);
      found.addAll(memories(result));
      SearchResult.Position end =
          new SearchResult.Position(result.hits().getLast().score(), found.getLast());
      result = STORE.search(ALL, List.of(large), nearest(25), end);
    }
    found.addAll(memories(result));
    assertThat(found).isEqualTo(stored.subList(0, 25));

    List<MemoryId> listed = new ArrayList<>();
    Cursor cursor = null;
    do {
      MemoryPage page = STORE.list(ALL, List.of(large), Filter.ALL, 1_000, cursor, false);
      assertThat(page.memories()).hasSizeBetween(1, 20);
      page.memories().forEach(memory -> listed.add(memory.memoryId()));
      cursor = page.next();
    } while (cursor != null);
    assertThat(listed).isEqualTo(stored.reversed());
  }

  @Test
  void aHiddenRowIsNotEvenOpened() {
    MemoryKey hidden = new MemoryKey(space.sliceOf(ids.get(1)), ids.get(1));
    MemoryRow row = NODE.caches().memory().get(hidden);
    NODE.caches()
        .memory()
        .put(hidden, new MemoryRow(row.columns(ids.get(1)), row.partners(), new byte[100]));
    Pass narrow = Passes.where(space, "sensitivity <= \"internal\"", Action.GET);

    assertThat(refusal(() -> STORE.get(ALL, space, ids.get(1))))
        .isEqualTo(ErrorCode.DATA_CORRUPTED);
    assertThat(refusal(() -> STORE.get(narrow, space, ids.get(1))))
        .isEqualTo(ErrorCode.MEMORY_NOT_FOUND);
  }

  @Test
  void aLargeSpaceIsSearchedByCodesForLessThanAllOfTheAnswer() {
    Namespace large = SharedNode.freshNamespace(StorageNode.externalSettings());
    int count = StorageNode.CODES_FROM + 100;
    for (int i = 0; i < count; i++) {
      STORE.store(
          ALL,
          large,
          Drafts.of("number " + i).vector(Drafts.vectorOf(i)).draft(),
          new MemoryId(UUID.randomUUID()),
          null,
          null,
          "lineage");
    }
    SearchQuery most = SearchQuery.byMeaning(Drafts.vectorOf(77), 10, null, Filter.ALL, 0.98);
    SearchQuery all = SearchQuery.byMeaning(Drafts.vectorOf(77), 10, null, Filter.ALL, 1);
    long begin = System.nanoTime();
    SearchResult byCodes = STORE.search(ALL, List.of(large), most, null);
    while (byCodes.exact() && System.nanoTime() - begin < 20_000_000_000L) {
      byCodes = STORE.search(ALL, List.of(large), most, null);
    }
    SearchResult exact = STORE.search(ALL, List.of(large), all, null);

    assertThat(byCodes.exact()).as("codes were made meanwhile").isFalse();
    assertThat(exact.exact()).isTrue();
    assertThat(exact.hits()).hasSize(10);
    assertThat(memories(byCodes)).hasSize(10).first().isEqualTo(memories(exact).getFirst());
    assertThat(memories(byCodes)).filteredOn(memories(exact)::contains).hasSizeGreaterThan(7);
    // Of so large a slice no floats are kept: scores are of int8 vectors unless exact ones are
    // asked.
    for (Reply.Hit hit : byCodes.hits()) {
      exact.hits().stream()
          .filter(same -> same.memory().memoryId().equals(hit.memory().memoryId()))
          .forEach(same -> assertThat(hit.score()).isEqualTo(same.score(), offset(0.0112f)));
    }
  }

  private static ErrorCode refusal(ThrowingCallable call) {
    return catchThrowableOfType(RekindleException.class, call).code();
  }

  @Test
  void spacesAreNeverMixed() {
    Namespace model = SharedNode.freshNamespace(StorageNode.modelSettings(1));

    RekindleException mixed =
        catchThrowableOfType(
            RekindleException.class,
            () -> STORE.search(ALL, List.of(space, model), nearest(5), null));

    assertThat(mixed.code()).isEqualTo(ErrorCode.MODEL_MISMATCH);
  }

  private SearchResult search(Pass pass, int topK, @Nullable Float minScore, Filter filter) {
    return STORE.search(
        pass, List.of(space), SearchQuery.byMeaning(at(0), topK, minScore, filter, 1), null);
  }

  private static SearchQuery nearest(int topK) {
    return SearchQuery.byMeaning(at(0), topK, null, Filter.ALL, 1);
  }

  private static List<MemoryId> memories(SearchResult result) {
    return result.hits().stream().map(hit -> hit.memory().memoryId()).toList();
  }

  private static MemoryId store(Namespace namespace, int number) {
    return store(namespace, number, "number " + number);
  }

  private static MemoryId store(Namespace namespace, int number, String content) {
    MemoryId id = new MemoryId(UUID.randomUUID());
    String kind = number % 2 == 1 ? "odd" : "even";
    STORE.store(
        ALL,
        namespace,
        Drafts.of(content)
            .metadata("{\"kind\":\"" + kind + "\",\"number\":" + number + "}")
            .sensitivity(number % 2 == 1 ? Sensitivity.RESTRICTED : Sensitivity.PUBLIC)
            .vector(at(number))
            .draft(),
        id,
        null,
        null,
        "lineage");
    return id;
  }

  /** A direction that turns away from {@code at(0)} as the number grows. */
  private static float[] at(int number) {
    float[] vector = new float[StorageNode.DIMENSIONS];
    vector[0] = (float) Math.cos(number * 0.1);
    vector[1] = (float) Math.sin(number * 0.1);
    return vector;
  }
}
