package io.rekindle.node.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.access.filter.FilterParser;
import io.rekindle.node.model.Distance;
import io.rekindle.node.model.SearchPath;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Codes against one center. */
class FlatCodeSearchTest extends CodeSearchContract {
  @Override
  int listsFrom(int codesFrom) {
    return Integer.MAX_VALUE;
  }

  @Test
  void whatIsSelectiveIsAnsweredExactly() {
    try (SliceIndex index = index(Distance.COSINE, 2_000)) {
      fill(index, 2_000);
      assertThat(index.buildCodes()).isTrue();
      Filter few = FilterParser.parse("metadata.n < 80");
      float[] query = Vectors.clustered(new Random(5), DIMENSIONS);
      assertThat(index.search(query, 50, ANY, few, new Recall(0.9)))
          .isEqualTo(new IndexAnswer(index.search(query, 50, ANY, few), true, SearchPath.CODES));
    }
  }

  @Test
  void codesFollowEachChangeAreMadeAnewWhenTwiceAsManyAndLeaveBelowHalf() {
    try (SliceIndex index = index(Distance.L2, 200)) {
      fill(index, 200);
      long bare = index.bytes();
      assertThat(index.buildCodes()).isTrue();
      assertThat(index.bytes()).isGreaterThan(bare + 200 * 16);
      fill(index, 399);
      assertThat(index.wantsCodes()).isFalse();
      float[] far = new float[DIMENSIONS];
      Arrays.fill(far, 50);
      put(index, 1_000, far);
      assertThat(index.wantsCodes()).isTrue();
      assertThat(ids(index.search(far, 1, ANY, Filter.ALL, new Recall(0.9)).hits()))
          .containsExactly(Rows.id(1_000));
      CodeBook<?> before = index.codes();
      assertThat(index.buildCodes()).isTrue();
      assertThat(index.codes()).isNotSameAs(before);
      index.removeRow(Rows.id(1_000));
      assertThat(ids(index.search(far, 400, ANY, Filter.ALL, new Recall(0.9)).hits()))
          .hasSize(399)
          .doesNotContain(Rows.id(1_000));
      for (int n = 0; n < 299; n++) {
        index.removeRow(Rows.id(n));
      }
      assertThat(index.hasCodes()).isTrue();
      long coded = index.bytes();
      index.removeRow(Rows.id(299));
      assertThat(index.hasCodes()).isFalse();
      assertThat(index.bytes()).isLessThan(coded);
    }
  }

  @Test
  void whatIsMadeWhileItBecomesSuperfluousIsGivenBack() {
    MemoryBudget budget = new MemoryBudget(1 << 24);
    IndexSettings settings = settings(DIMENSIONS, Distance.DOT, 100);
    try (SliceIndex index = new SliceIndex(settings, budget)) {
      fill(index, 500);
      assertThat(index.buildCodes()).isTrue();
      assertThat(index.bytes()).isEqualTo(budget.bytesUsed());
      assertThat(index.buildCodes()).isTrue();
      assertThat(index.bytes()).as("of one book").isEqualTo(budget.bytesUsed());
      long ofOne = index.bytes();
      boolean made =
          index.buildCodes(
              () -> {
                assertThat(index.bytes()).isEqualTo(budget.bytesUsed());
                for (int n = 0; n < 460 && index.bytes() > ofOne; n++) {
                  index.removeRow(Rows.id(n));
                }
                return false;
              });
      assertThat(made).isFalse();
      assertThat(index.hasCodes()).isFalse();
      assertThat(index.bytes()).isEqualTo(budget.bytesUsed());
    }
  }

  @Test
  void aRecallIsAShare() {
    for (double target : new double[] {0, -1, 1.01, Double.NaN}) {
      assertThatThrownBy(() -> new Recall(target)).isInstanceOf(IllegalArgumentException.class);
    }
    assertThat(new Recall(0.9).deviations()).isLessThan(new Recall(0.98).deviations());
    assertThat(Recall.candidates(1_000, 0.1)).isGreaterThan(1_000);
  }
}
