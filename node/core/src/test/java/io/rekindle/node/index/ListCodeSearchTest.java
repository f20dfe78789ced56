package io.rekindle.node.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.access.filter.FilterParser;
import io.rekindle.node.model.Distance;
import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Codes in lists. */
class ListCodeSearchTest extends CodeSearchContract {
  @Override
  int listsFrom(int codesFrom) {
    return codesFrom;
  }

  private static ListCodes lists(SliceIndex index) {
    return (ListCodes) Objects.requireNonNull(index.codes());
  }

  /** Vectors near a plane of few dimensions, as those of texts are. */
  private static float[] textLike(Random random) {
    float[] vector = Vectors.clustered(random, DIMENSIONS);
    for (int i = 0; i < DIMENSIONS; i++) {
      vector[i] *= (float) Math.pow(i + 1, -0.5);
    }
    return vector;
  }

  @ParameterizedTest
  @EnumSource(Distance.class)
  void aSearchLooksThroughAPartOfTheListsAndFindsWhatWasAskedFor(Distance distance) {
    try (SliceIndex index = index(distance, 4_000)) {
      Random random = new Random(3);
      for (int n = 0; n < 10_000; n++) {
        put(index, n, textLike(random));
      }
      assertThat(index.buildCodes()).isTrue();
      CodeRuns runs = lists(index).runs(textLike(random), new Recall(0.95));
      int all = lists(index).means().count();
      assertThat(all).isEqualTo(100);
      assertThat(runs.wanted(10)).isBetween(2, all - 10);
      assertThat(runs.wanted(1_000)).isGreaterThanOrEqualTo(runs.wanted(10));
      double found = 0;
      for (int i = 0; i < 100; i++) {
        float[] query = textLike(random);
        var hits = index.search(query, 10, ANY, Filter.ALL, new Recall(0.95)).hits();
        var exact = index.search(query, 10, ANY, Filter.ALL);
        found += hits.stream().filter(exact::contains).count() / 10.0;
      }
      assertThat(found / 100).isGreaterThanOrEqualTo(0.95);
      // What is left of this filter is further away, in lists that no one else needs.
      Filter few = FilterParser.parse("metadata.n < 200");
      assertThat(recall(index, few)).isGreaterThanOrEqualTo(0.95);
    }
  }

  private static double recall(SliceIndex index, Filter filter) {
    Random random = new Random(4);
    double found = 0;
    for (int i = 0; i < 100; i++) {
      float[] query = textLike(random);
      var hits = index.search(query, 10, ANY, filter, new Recall(0.95)).hits();
      var exact = index.search(query, 10, ANY, filter);
      found += hits.stream().filter(exact::contains).count() / 10.0;
    }
    return found / 100;
  }

  @Test
  void listsThatShrinkBecomeFlatAgain() {
    IndexSettings settings =
        new IndexSettings(DIMENSIONS, Distance.COSINE, java.util.List.of(), 100, 400);
    try (SliceIndex index = new SliceIndex(settings, new MemoryBudget(1 << 26))) {
      fill(index, 399);
      assertThat(index.buildCodes()).isTrue();
      assertThat(index.codes()).isInstanceOf(FlatCodes.class);
      fill(index, 400);
      assertThat(index.wantsCodes()).isTrue();
      assertThat(index.buildCodes()).isTrue();
      assertThat(index.codes()).isInstanceOf(ListCodes.class);
      for (int n = 0; n < 200; n++) {
        index.removeRow(Rows.id(n));
      }
      assertThat(index.wantsCodes()).isFalse();
      index.removeRow(Rows.id(200));
      assertThat(index.wantsCodes()).isTrue();
      assertThat(index.buildCodes()).isTrue();
      assertThat(index.codes()).isInstanceOf(FlatCodes.class);
    }
  }

  @Test
  void listsFollowEachChangeAreMadeAnewWhenFourTimesAsManyAndLeaveBelowHalf() {
    try (SliceIndex index = index(Distance.COSINE, 200)) {
      fill(index, 200);
      assertThat(index.buildCodes()).isTrue();
      ListCodes first = lists(index);
      fill(index, 799);
      assertThat(index.wantsCodes()).isFalse();
      float[] far = new float[DIMENSIONS];
      Arrays.fill(far, 50);
      put(index, 1_000, far);
      assertThat(index.wantsCodes()).isTrue();
      assertThat(ids(index.search(far, 1, ANY, Filter.ALL, new Recall(0.9)).hits()))
          .containsExactly(Rows.id(1_000));
      assertThat(index.buildCodes()).isTrue();
      assertThat(index.codes()).isNotSameAs(first);
      index.removeRow(Rows.id(1_000));
      assertThat(ids(index.search(far, 900, ANY, Filter.ALL, new Recall(0.9)).hits()))
          .hasSize(799)
          .doesNotContain(Rows.id(1_000));
      for (int n = 0; n < 700; n++) {
        index.removeRow(Rows.id(n));
      }
      assertThat(index.hasCodes()).isFalse();
    }
  }

  @Test
  void aListThatOutgrowsTheOthersWantsNewOnes() {
    try (SliceIndex index = index(Distance.COSINE, 400)) {
      fill(index, 400);
      assertThat(index.buildCodes()).isTrue();
      float[] same = Vectors.clustered(new Random(9), DIMENSIONS);
      int n = 1_000;
      while (!index.wantsCodes()) {
        put(index, n++, same);
      }
      assertThat(index.vectors()).isBetween(450, 1_599);
    }
  }

  @Test
  void queriesThatWereAskedReplaceStoredVectorsInTheMeasure() {
    try (SliceIndex index = index(Distance.COSINE, 500)) {
      fill(index, 1_000);
      assertThat(index.buildCodes()).isTrue();
      assertThat(lists(index).isMeasuredByQueries()).isFalse();
      Random random = new Random(8);
      for (int i = 0; i < 128; i++) {
        assertThat(index.wantsCodes()).isFalse();
        float[] query = Vectors.clustered(random, DIMENSIONS);
        index.search(query, 10, ANY, Filter.ALL, new Recall(0.9));
      }
      assertThat(index.wantsCodes()).isTrue();
      ListCodes before = lists(index);
      assertThat(index.buildCodes()).isTrue();
      assertThat(lists(index)).isSameAs(before);
      assertThat(before.isMeasuredByQueries()).isTrue();
      assertThat(index.wantsCodes()).isFalse();
    }
  }

  @Test
  void whatAFilterLeavesIsFoundWhereverItLies() {
    try (SliceIndex index = index(Distance.COSINE, 2_000)) {
      fill(index, 4_000);
      assertThat(index.buildCodes()).isTrue();
      Filter few = FilterParser.parse("metadata.n < 12");
      for (int i = 0; i < 20; i++) {
        float[] query = Vectors.clustered(new Random(i), DIMENSIONS);
        assertThat(index.search(query, 12, ANY, few, new Recall(0.9)).hits()).hasSize(12);
      }
    }
  }

  /**
   * Of a place in a list its lowest bits are kept: where that is longer, the right one is found.
   */
  @Test
  void whatIsRemovedFromAListOfMoreThanAMillionCodesIsGone() {
    IndexSettings settings = settings(2, Distance.DOT, 1);
    try (SliceIndex index = new SliceIndex(settings, new MemoryBudget(1L << 30))) {
      put(index, 0, new float[] {1, 0});
      assertThat(index.buildCodes()).isTrue();
      assertThat(lists(index).means().count()).isEqualTo(1);
      int half = CodePlaces.slotStep() / 2; // Each has two codes there.
      for (int n = 1; n <= half + 100; n++) {
        index.putRow(Rows.row(n, 1, 1));
        index.putVector(Rows.id(n), 0, 1, new float[] {1, n});
      }
      // Not the codes of the vector that many before, whose places have the same bits.
      assertThat(index.removeRow(Rows.id(half + 1))).isTrue();
      assertThat(index.hasCodes()).isTrue();
      float[] down = {0, -1};
      assertThat(ids(index.search(down, 2, ANY, Filter.ALL, new Recall(0.9)).hits()))
          .containsExactly(Rows.id(0), Rows.id(1));
    }
  }

  @Test
  void aVectorThatChangesLeavesItsOldLists() {
    try (SliceIndex index = index(Distance.L2, 500)) {
      fill(index, 1_000);
      assertThat(index.buildCodes()).isTrue();
      long bytes = index.bytes();
      Random random = new Random(6);
      for (int version = 2; version < 400; version++) {
        index.putRow(Rows.row(7, version, version));
        float[] vector = Vectors.clustered(random, DIMENSIONS);
        index.putVector(Rows.id(7), 0, version, vector);
        assertThat(ids(index.search(vector, 1, ANY, Filter.ALL, new Recall(0.98)).hits()))
            .containsExactly(Rows.id(7));
      }
      assertThat(index.bytes()).as("slots are used again").isLessThan(bytes * 11 / 10);
    }
  }
}
