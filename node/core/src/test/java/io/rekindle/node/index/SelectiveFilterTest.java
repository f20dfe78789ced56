package io.rekindle.node.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rekindle.node.access.filter.FilterParser;
import io.rekindle.node.model.Distance;
import io.rekindle.node.model.SearchPath;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which searches judge all that may pass, of 5,000 memories with codes. */
class SelectiveFilterTest {
  private static final int MEMORIES = 5_000;

  private static final Random RANDOM = new Random(1);

  /** The first so many pass; they lie with all others, or together in a place of their own. */
  private static SliceIndex index(int listsFrom, int gatherMax, int passing, boolean apart) {
    IndexSettings settings =
        new IndexSettings(8, Distance.COSINE, List.of("n"), 1_000, listsFrom, gatherMax);
    SliceIndex index = new SliceIndex(settings, new MemoryBudget(1 << 26));
    for (int n = 0; n < MEMORIES; n++) {
      index.putRow(Rows.row(n, 1, 1, n < passing ? "wanted" : "other"));
      index.putVector(Rows.id(n), 0, 1, apart && n < passing ? apart() : near());
    }
    assertThat(index.buildCodes()).isTrue();
    return index;
  }

  private static float[] near() {
    float[] vector = Vectors.clustered(RANDOM, 8);
    vector[0] = 5;
    return vector;
  }

  private static float[] apart() {
    float[] vector = Vectors.clustered(RANDOM, 8);
    vector[0] = -5;
    return vector;
  }

  private static IndexAnswer search(SliceIndex index, float[] query, Recall recall) {
    IndexAnswer answer =
        index.search(query, 3, Float.NaN, FilterParser.parse("agent_id = \"wanted\""), recall);
    assertThat(answer.hits()).hasSize(3);
    return answer;
  }

  @ParameterizedTest
  @CsvSource({
    "1000, 400, GATHERED",
    "1000, 500, GATHERED",
    "1000, 501, CODES",
    "400, 400, GATHERED",
    "399, 400, CODES",
    "1, 400, CODES",
    "0, 400, CODES",
  })
  void whatGoesByCodesOtherwiseIsGatheredUpToTheSettingAndATenth(
      int gatherMax, int passing, SearchPath path) {
    try (SliceIndex index = index(Integer.MAX_VALUE, gatherMax, passing, false)) {
      IndexAnswer answer = search(index, near(), new Recall(0.9));
      assertThat(answer.path()).isEqualTo(path);
      assertThat(answer.exact() || path != SearchPath.GATHERED).isTrue();
    }
  }

  /** Lists near the query are less to look at than all that pass, until these are few. */
  @ParameterizedTest
  @CsvSource({"400, LISTS", "10, GATHERED"})
  void whatListsFindSoonerIsNotGathered(int passing, SearchPath path) {
    try (SliceIndex index = index(2_000, 1_000, passing, false)) {
      assertThat(search(index, near(), new Recall(0.9)).path()).isEqualTo(path);
    }
  }

  @Test
  void whatLiesFarFromTheQueryIsGatheredAfterAll() {
    try (SliceIndex index = index(2_000, 1_000, 400, true)) {
      for (int i = 0; i < 20; i++) {
        float[] query = near();
        IndexAnswer answer = search(index, query, new Recall(0.9));
        assertThat(answer.path()).isEqualTo(SearchPath.LISTS);
        assertThat(answer.hits()).isEqualTo(search(index, query, Recall.EXACT).hits());
      }
    }
  }

  @Test
  void noSettingIsNegative() {
    assertThat(new IndexSettings(8, Distance.DOT, List.of()).gatherMax()).isEqualTo(20_000);
    assertThatThrownBy(() -> new IndexSettings(8, Distance.DOT, List.of(), 1, 1, -1))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
