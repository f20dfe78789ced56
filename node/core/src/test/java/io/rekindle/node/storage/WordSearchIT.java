package io.rekindle.node.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import io.rekindle.node.access.Action;
import io.rekindle.node.access.Pass;
import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.access.filter.FilterParser;
import io.rekindle.node.model.Distance;
import io.rekindle.node.model.EmbeddingModelId;
import io.rekindle.node.model.HitExplanation;
import io.rekindle.node.model.HybridWeights;
import io.rekindle.node.model.MemoryDraft;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.MemoryPatch;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.NamespaceSettings;
import io.rekindle.node.model.Reply;
import io.rekindle.node.model.SearchPath;
import io.rekindle.node.model.Sensitivity;
import io.rekindle.node.model.VectorInput;
import io.rekindle.node.model.WordLanguage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Searches by words, and by meaning and words together, through the store. */
class WordSearchIT {
  private static final StorageNode NODE = SharedNode.node();
  private static final MemoryStore STORE = NODE.storage().memories();
  private static final Pass ALL = StorageNode.PASS;
  private static final String LINEAGE = "lineage";

  private final Namespace space = SharedNode.freshNamespace(StorageNode.externalSettings());
  private final Namespace texts = SharedNode.freshNamespace(StorageNode.modelSettings(1));

  private static MemoryId store(Namespace namespace, Drafts draft) {
    return store(namespace, draft.draft());
  }

  private static MemoryId store(Namespace namespace, MemoryDraft draft) {
    MemoryId id = draft.memoryId();
    MemoryId given = id == null ? new MemoryId(UUID.randomUUID()) : id;
    STORE.store(ALL, namespace, draft, given, null, null, LINEAGE);
    return given;
  }

  private MemoryId text(String content) {
    return store(texts, Drafts.of(content));
  }

  /** Each a tenth of a radian further from the first. */
  private static float[] at(int number) {
    float[] vector = new float[StorageNode.DIMENSIONS];
    vector[0] = (float) Math.cos(number * 0.1);
    vector[1] = (float) Math.sin(number * 0.1);
    return vector;
  }

  private static Drafts external(String content, int number) {
    return Drafts.of(content).vector(at(number));
  }

  private static MemoryDraft important(String content, float importance) {
    return new MemoryDraft(
        null,
        null,
        List.of(),
        null,
        null,
        null,
        "fact",
        List.of(),
        Sensitivity.PUBLIC,
        importance,
        null,
        content,
        null,
        null,
        new VectorInput(at(0)));
  }

  private SearchResult words(Pass pass, Namespace namespace, String words, Filter filter) {
    return STORE.search(
        pass, List.of(namespace), SearchQuery.byWords(words, 10, null, filter), null);
  }

  private static SearchQuery query(float[] vector, String words, Filter filter) {
    return new SearchQuery(
        vector, words, 10, null, filter, 1, HybridWeights.DEFAULT, NODE.clock.instant());
  }

  private static List<MemoryId> ids(SearchResult result) {
    return result.hits().stream().map(hit -> hit.memory().memoryId()).toList();
  }

  private List<MemoryId> find(String words) {
    return ids(words(ALL, texts, words, Filter.ALL));
  }

  @Test
  void scoresTellNothingOfHiddenMemories() {
    Pass narrow = Passes.where(space, "sensitivity <= \"internal\"", Action.SEARCH);
    store(space, external("the codename is falcon", 1));
    store(space, external("nothing of that kind", 2));
    float before = words(narrow, space, "falcon", Filter.ALL).hits().getFirst().score();

    for (int n = 3; n < 10; n++) {
      store(space, external("falcon falcon", n).sensitivity(Sensitivity.RESTRICTED));
    }
    Reply.Hit hit = words(narrow, space, "falcon", Filter.ALL).hits().getFirst();
    assertThat(hit.score()).isEqualTo(before);
    assertThat(words(ALL, space, "falcon", Filter.ALL).hits()).hasSize(8);
  }

  @Test
  void aNamespaceOfAnotherLanguageFindsItsEndings() {
    Namespace german =
        SharedNode.freshNamespace(
            new NamespaceSettings(
                EmbeddingModelId.EXTERNAL,
                StorageNode.DIMENSIONS,
                Distance.COSINE,
                List.of(),
                false,
                1,
                WordLanguage.GERMAN));
    MemoryId bills = store(german, external("Die Rechnungen wurden nie bezahlt", 1));
    store(german, external("Ein anderer Vertrag", 2));

    assertThat(ids(words(ALL, german, "rechnung", Filter.ALL))).containsExactly(bills);
    assertThat(ids(words(ALL, german, "die", Filter.ALL))).isEmpty();
  }

  @Test
  void whatIsStoredIsFoundAtOnceThoughItWaitsForItsEmbedding() {
    MemoryId first = text("The invoice 4711 was never paid");
    assertThat(find("invoice")).containsExactly(first);

    MemoryId second = text("Another invoice");
    assertThat(find("invoices")).containsExactly(second, first);

    Reply.Hit hit = words(ALL, texts, "4711", Filter.ALL).hits().getFirst();
    assertThat(hit.similarity()).isZero();
    assertThat(hit.chunk()).isNull();
    assertThat(hit.explanation()).isEqualTo(new HitExplanation(0, 0, hit.score(), 1, 0, 0, null));
  }

  @Test
  void anUpdateIsFoundByItsNewWordsAtOnceAndByNoOldOnes() {
    MemoryId id = text("red");
    assertThat(find("red")).containsExactly(id);

    STORE.update(
        ALL, texts, id, null, Drafts.of("blue").patch(MemoryPatch.Field.CONTENT), null, LINEAGE);

    assertThat(find("red")).isEmpty();
    assertThat(find("blue")).containsExactly(id);
  }

  @Test
  void aDeleteIsGoneAtOnceAndItsIdMayComeBackWithOtherWords() {
    MemoryId id = text("red");
    assertThat(find("red")).containsExactly(id);

    STORE.delete(ALL, texts, id, null, null, LINEAGE);
    assertThat(find("red")).isEmpty();

    store(texts, Drafts.of("blue").id(id));
    assertThat(find("red")).isEmpty();
    assertThat(find("blue")).containsExactly(id);
  }

  @Test
  void conditionsAndFiltersHoldWhetherTheIndexAnswersThemOrNot() {
    List<MemoryId> ids = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      String kind = i % 2 == 1 ? "odd" : "even";
      ids.add(
          store(
              space,
              external("number " + i, i)
                  .metadata("{\"kind\":\"" + kind + "\",\"number\":" + i + "}")
                  .sensitivity(i % 2 == 1 ? Sensitivity.RESTRICTED : Sensitivity.PUBLIC)));
    }
    Pass narrow = Passes.where(space, "sensitivity <= \"internal\"", Action.SEARCH);

    assertThat(ids(words(narrow, space, "number", Filter.ALL)))
        .containsExactlyInAnyOrder(ids.get(0), ids.get(2), ids.get(4), ids.get(6), ids.get(8));
    assertThat(ids(words(ALL, space, "number", FilterParser.parse("metadata.kind = \"odd\""))))
        .hasSize(5)
        .contains(ids.get(1), ids.get(9));
    assertThat(ids(words(ALL, space, "number", FilterParser.parse("metadata.number >= 7"))))
        .containsExactlyInAnyOrder(ids.get(7), ids.get(8), ids.get(9));
    assertThat(ids(words(narrow, space, "number", FilterParser.parse("metadata.number >= 7"))))
        .containsExactly(ids.get(8));
  }

  @Test
  void aFilterThatNoIndexAnswersHoldsBeforeTopKToo() {
    for (int i = 0; i < 20; i++) {
      store(space, external("zebra", i).metadata("{\"number\":1}"));
    }
    MemoryId wanted =
        store(space, external("a zebra in a long text", 20).metadata("{\"number\":2}"));
    SearchQuery best =
        SearchQuery.byWords("zebra", 1, null, FilterParser.parse("metadata.number = 2"));

    assertThat(ids(STORE.search(ALL, List.of(space), best, null))).containsExactly(wanted);
  }

  @Test
  void aHybridRanksWhatIsFoundBothWaysFirst() {
    MemoryId near = store(space, external("nothing to see", 0));
    MemoryId both = store(space, external("a zebra", 1));
    MemoryId far = store(space, external("one zebra, two zebras", 9));
    SearchQuery hybrid = query(at(0), "zebra", Filter.ALL);

    SearchResult result = STORE.search(ALL, List.of(space), hybrid, null);

    assertThat(ids(result)).containsExactlyInAnyOrder(near, both, far);
    HitExplanation explained = explanation(result, both);
    assertThat(explained.meaningRank()).isEqualTo(2);
    assertThat(explained.wordsRank()).isPositive();
    assertThat(explained.path()).isEqualTo(SearchPath.EXACT);
    assertThat(explanation(result, near).wordsRank()).isZero();
    for (Reply.Hit hit : result.hits()) {
      HitExplanation parts = hit.explanation();
      double expected = (reciprocal(parts.meaningRank()) + reciprocal(parts.wordsRank())) / 2;
      assertThat((double) hit.score()).isEqualTo(expected, offset(1e-6));
    }
    assertThat(result.hits()).isSortedAccordingTo((a, b) -> Float.compare(b.score(), a.score()));
  }

  private static double reciprocal(int rank) {
    return rank == 0 ? 0 : 61.0 / (60 + rank);
  }

  private static HitExplanation explanation(SearchResult result, MemoryId id) {
    return result.hits().stream()
        .filter(hit -> hit.memory().memoryId().equals(id))
        .findFirst()
        .orElseThrow()
        .explanation();
  }

  @Test
  void recencyAndImportanceCountByTheirWeights() {
    MemoryId plain = store(space, important("a zebra", 0.1f));
    MemoryId important = store(space, important("a zebra", 0.9f));
    HybridWeights weights = new HybridWeights(1, 1, 0.5, Duration.ofDays(1), 2);
    SearchQuery hybrid =
        new SearchQuery(
            at(0),
            "zebra",
            10,
            null,
            Filter.ALL,
            1,
            weights,
            NODE.clock.instant().plus(Duration.ofDays(1)));

    SearchResult result = STORE.search(ALL, List.of(space), hybrid, null);

    assertThat(ids(result)).containsExactly(important, plain);
    assertThat(explanation(result, plain).recency()).isEqualTo(0.5f, offset(0.01f));
    assertThat(explanation(result, plain).importance()).isEqualTo(0.1f);
  }

  @Test
  void aHybridGoesOnBehindAPlaceAsItBegan() {
    for (int i = 0; i < 8; i++) {
      store(space, external("zebra number " + i, i));
    }
    SearchQuery hybrid = query(at(0), "zebra", Filter.ALL);
    List<Reply.Hit> all = STORE.search(ALL, List.of(space), hybrid, null).hits();
    Reply.Hit third = all.get(2);

    SearchResult rest =
        STORE.search(
            ALL,
            List.of(space),
            hybrid,
            new SearchResult.Position(third.score(), third.memory().memoryId()));

    assertThat(ids(rest))
        .isEqualTo(all.subList(3, 8).stream().map(hit -> hit.memory().memoryId()).toList());
  }

  @Test
  void theLowestScoreCountsInTheMeasureOfTheMode() {
    store(space, external("a zebra", 0));
    store(space, external("nothing", 9));
    SearchQuery most =
        new SearchQuery(
            at(0), "zebra", 10, 0.9f, Filter.ALL, 1, HybridWeights.DEFAULT, NODE.clock.instant());

    assertThat(STORE.search(ALL, List.of(space), most, null).hits()).hasSize(1);
  }

  @Test
  void wordsOfAnotherNamespaceSayNothingHere() {
    MemoryId here = text("a common word");
    float alone = words(ALL, texts, "common", Filter.ALL).hits().getFirst().score();
    Namespace other = SharedNode.freshNamespace(StorageNode.modelSettings(1));
    for (int i = 0; i < 20; i++) {
      store(other, Drafts.of("a common word"));
    }
    assertThat(words(ALL, other, "common", Filter.ALL).hits()).hasSize(10);

    SearchResult again = words(ALL, texts, "common", Filter.ALL);

    assertThat(ids(again)).containsExactly(here);
    assertThat(again.hits().getFirst().score()).isEqualTo(alone);
  }

  @Test
  void wordsThatWereLetGoAreTakenInAgain() {
    MemoryId id = text("red");
    assertThat(find("red")).containsExactly(id);

    NODE.storage().indexes().forget(texts.id());
    MemoryId more = text("red too");

    assertThat(find("red")).containsExactlyInAnyOrder(id, more);
  }
}
