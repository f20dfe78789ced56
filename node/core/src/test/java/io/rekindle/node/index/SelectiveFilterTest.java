package io.rekindle.node.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rekindle.node.access.filter.FilterParser;
import io.rekindle.node.model.Distance;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which searches judge all that may pass, of 5,000 memories with codes. */
class SelectiveFilterTest {
  private static final int MEMORIES = 5_000;

  private static boolean isExact(int gatherMax, int passing) {
    IndexSettings settings =
        new IndexSettings(8, Distance.COSINE, List.of("n"), 1_000, 2_000, gatherMax);
    Random random = new Random(1);
    try (SliceIndex index = new SliceIndex(settings, new MemoryBudget(1 << 26))) {
      for (int n = 0; n < MEMORIES; n++) {
        index.putRow(Rows.row(n, 1, 1, n < passing ? "wanted" : "other"));
        index.putVector(Rows.id(n), 0, 1, Vectors.clustered(random, 8));
      }
      assertThat(index.buildCodes()).isTrue();
      float[] query = Vectors.clustered(random, 8);
      IndexAnswer answer =
          index.search(
              query, 3, Float.NaN, FilterParser.parse("agent_id = \"wanted\""), new Recall(0.9));
      assertThat(answer.hits()).hasSize(3);
      return answer.exact();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1000, 400, true",
    "1000, 500, true",
    "1000, 501, false",
    "400, 400, true",
    "399, 400, false",
    "1, 400, false",
    "0, 400, false",
  })
  void whatGoesByCodesOtherwiseIsGatheredUpToTheSettingAndATenth(
      int gatherMax, int passing, boolean exact) {
    assertThat(isExact(gatherMax, passing)).isEqualTo(exact);
  }

  @Test
  void noSettingIsNegative() {
    assertThat(new IndexSettings(8, Distance.DOT, List.of()).gatherMax()).isEqualTo(20_000);
    assertThatThrownBy(() -> new IndexSettings(8, Distance.DOT, List.of(), 1, 1, -1))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
