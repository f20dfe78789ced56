package io.rekindle.node.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.access.filter.FilterParser;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.Distance;
import io.rekindle.node.model.MemoryId;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What searches of an index that has codes keep to, however these lie. */
abstract class CodeSearchContract {
  static final float ANY = Float.NaN;
  static final int DIMENSIONS = 96;

  final KnownVectors known = new KnownVectors();

  /** From how many vectors on codes are in lists. */
  abstract int listsFrom(int codesFrom);

  /** Whether the index has floats. */
  boolean keepsFloats() {
    return true;
  }

  IndexSettings settings(int dimensions, Distance distance, int codesFrom) {
    return new IndexSettings(
        dimensions,
        distance,
        List.of("n"),
        codesFrom,
        listsFrom(codesFrom),
        IndexSettings.GATHER_MAX,
        keepsFloats() ? Integer.MAX_VALUE : 0);
  }

  SliceIndex index(IndexSettings settings, MemoryBudget budget) {
    return new SliceIndex(settings, budget, known);
  }

  SliceIndex index(Distance distance, int codesFrom) {
    return index(settings(DIMENSIONS, distance, codesFrom), new MemoryBudget(1L << 28));
  }

  boolean putVector(SliceIndex index, int number, long contentVersion, float[] vector) {
    known.put(Rows.id(number), 0, contentVersion, vector);
    return index.putVector(Rows.id(number), 0, contentVersion, vector);
  }

  void put(SliceIndex index, int number, float[] vector) {
    assertThat(index.putRow(Rows.row(number, 1, 1))).isTrue();
    assertThat(putVector(index, number, 1, vector)).isTrue();
  }

  void fill(SliceIndex index, int count) {
    Random random = new Random(count);
    for (int n = 0; n < count; n++) {
      put(index, n, Vectors.clustered(random, DIMENSIONS));
    }
  }

  static List<MemoryId> ids(List<IndexHit> hits) {
    return hits.stream().map(IndexHit::memoryId).toList();
  }

  /** Exact scores are the same; those without floats are off by no more than is said of them. */
  void assertSame(IndexHit hit, IndexHit exact, Distance distance, float[] query) {
    if (keepsFloats()) {
      assertThat(hit).isEqualTo(exact);
      return;
    }
    assertThat(hit.memoryId()).isEqualTo(exact.memoryId());
    float[] vector = Objects.requireNonNull(known.read(hit.memoryId(), hit.chunk(), 1));
    double largest = 0;
    for (float value : vector) {
      largest = Math.max(largest, Math.abs(value));
    }
    double off = largest * Math.sqrt(DIMENSIONS) / 254;
    double unit =
        switch (distance) {
          case COSINE -> Math.max(length(vector), Float.MIN_VALUE);
          case DOT -> 1 / Math.max(length(query), Float.MIN_VALUE);
          case L2 -> 1;
        };
    double most = off / unit * 1.01 + 1e-6 * Math.abs(exact.score()) + DIMENSIONS * Float.MIN_VALUE;
    assertThat((double) hit.score()).isCloseTo(exact.score(), within(most));
  }

  private static double length(float[] vector) {
    double squares = 0;
    for (float value : vector) {
      squares += (double) value * value;
    }
    return Math.sqrt(squares);
  }

  private void assertSame(
      List<IndexHit> hits, List<IndexHit> exact, Distance distance, float[] query) {
    assertThat(hits).hasSameSizeAs(exact);
    for (int i = 0; i < hits.size(); i++) {
      assertSame(hits.get(i), exact.get(i), distance, query);
    }
  }

  /** Of the exact answer, what an answer by codes has on average. */
  double recall(SliceIndex index, int topK, Filter filter, double target) {
    Random random = new Random(77);
    double found = 0;
    int queries = 40;
    for (int i = 0; i < queries; i++) {
      float[] query = Vectors.clustered(random, DIMENSIONS);
      Map<MemoryId, IndexHit> exact = new HashMap<>();
      for (IndexHit hit : index.search(query, topK, ANY, filter)) {
        exact.put(hit.memoryId(), hit);
      }
      IndexAnswer answer = index.search(query, topK, ANY, filter, new Recall(target));
      assertThat(answer.exact()).isFalse();
      assertThat(answer.hits()).hasSameSizeAs(exact.keySet());
      for (IndexHit hit : answer.hits()) {
        IndexHit same = exact.get(hit.memoryId());
        found += same == null ? 0 : 1.0 / exact.size();
        if (same != null) {
          assertSame(hit, same, index.settings().distance(), query);
        }
      }
    }
    return found / queries;
  }

  @ParameterizedTest
  @EnumSource(Distance.class)
  void findsAsMuchAsWasAskedForUnderAnyFilter(Distance distance) {
    try (SliceIndex index = index(distance, 4_000)) {
      fill(index, 8_000);
      assertThat(index.wantsCodes()).isTrue();
      assertThat(index.buildCodes()).isTrue();
      assertThat(index.wantsCodes()).isFalse();
      Filter third = FilterParser.parse("tags:\"n1\"");
      for (double target : new double[] {0.9, 0.98}) {
        assertThat(recall(index, 10, Filter.ALL, target)).isGreaterThanOrEqualTo(target);
        assertThat(recall(index, 10, third, target)).isGreaterThanOrEqualTo(target);
      }
      assertThat(recall(index, 100, Filter.ALL, 0.98)).isGreaterThanOrEqualTo(0.98);
    }
  }

  @Test
  void anExactAnswerIsGivenWhenAskedForAndWhereThereAreNoCodes() {
    float[] query = Vectors.clustered(new Random(4), DIMENSIONS);
    try (SliceIndex index = index(Distance.COSINE, 100)) {
      fill(index, 99);
      assertThat(index.wantsCodes()).isFalse();
      assertThat(index.search(query, 10, ANY, Filter.ALL, new Recall(0.9)).exact()).isTrue();
      fill(index, 2_000);
      assertThat(index.buildCodes()).isTrue();
      assertThat(index.search(query, 10, ANY, Filter.ALL, Recall.EXACT).exact()).isTrue();
      assertThat(index.search(query, 10, ANY, Filter.ALL, new Recall(0.9)).exact()).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(floats = {0, 1, Float.MIN_VALUE, Float.MAX_VALUE})
  void vectorsThatAreAllEqualAreAllFound(float value) {
    for (Distance distance : Distance.values()) {
      try (SliceIndex index = index(distance, 100)) {
        float[] vector = new float[DIMENSIONS];
        Arrays.fill(vector, value);
        for (int n = 0; n < 300; n++) {
          put(index, n, vector);
        }
        assertThat(index.buildCodes()).isTrue();
        List<IndexHit> exact = index.search(vector, 1_000, ANY, Filter.ALL);
        assertSame(
            index.search(vector, 1_000, ANY, Filter.ALL, new Recall(0.9)).hits(),
            exact,
            distance,
            vector);
      }
    }
  }

  /** More are equal than the first pass keeps: the second judges them all, some of them again. */
  @ParameterizedTest
  @EnumSource(Distance.class)
  void ofVectorsThatAreAllEqualTheSmallestIdsAreFoundOnceEach(Distance distance) {
    try (SliceIndex index = index(distance, 100)) {
      float[] vector = new float[DIMENSIONS];
      Arrays.fill(vector, 1);
      for (int n = 999; n >= 0; n--) {
        put(index, n, vector);
      }
      assertThat(index.buildCodes()).isTrue();
      for (int topK : new int[] {1, 10, 300}) {
        assertSame(
            index.search(vector, topK, ANY, Filter.ALL, new Recall(0.9)).hits(),
            index.search(vector, topK, ANY, Filter.ALL),
            distance,
            vector);
      }
    }
  }

  @Test
  void whatComesWhileCodesAreMadeHasItsCodeToo() {
    try (SliceIndex index = index(Distance.L2, 200)) {
      fill(index, 2_000);
      float[] far = new float[DIMENSIONS];
      Arrays.fill(far, 50);
      assertThat(
              index.buildCodes(
                  () -> {
                    index.putRow(Rows.row(5_000, 1, 1));
                    putVector(index, 5_000, 1, far);
                    return false;
                  }))
          .isTrue();
      assertThat(ids(index.search(far, 1, ANY, Filter.ALL, new Recall(0.9)).hits()))
          .containsExactly(Rows.id(5_000));
    }
  }

  @Test
  void noChangeIsRefusedForWantOfMemoryForCodes() {
    for (int room = 1 << 12; room <= 1 << 15; room += 1 << 11) {
      MemoryBudget budget = new MemoryBudget(1 << 20);
      IndexSettings settings = settings(8, Distance.COSINE, 100);
      try (SliceIndex index = index(settings, budget)) {
        Random random = new Random(room);
        for (int n = 0; n < 500; n++) {
          index.putRow(Rows.row(n, 1, 1));
          putVector(index, n, 1, Vectors.clustered(random, 8));
        }
        budget.reserve(budget.bytesMax() - budget.bytesUsed() - room);
        boolean made = index.buildCodes();
        assertThat(index.hasCodes()).isEqualTo(made);
        float[] query = Vectors.clustered(random, 8);
        assertThat(index.search(query, 500, ANY, Filter.ALL, new Recall(0.9)).hits()).hasSize(500);
      }
    }
  }

  /** Vectors still fit where their codes do not: those are dropped, and all is found without. */
  @Test
  void whatComesWhenThereIsNoRoomForItsCodeIsFoundAllTheSame() {
    int dropped = 0;
    for (int room = 0; room <= 1 << 19; room += 1 << 12) {
      MemoryBudget budget = new MemoryBudget(1 << 22);
      IndexSettings settings = settings(8, Distance.COSINE, 100);
      try (SliceIndex index = index(settings, budget)) {
        Random random = new Random(room);
        int stored = 0;
        for (; stored < 600; stored++) {
          index.putRow(Rows.row(stored, 1, 1));
          putVector(index, stored, 1, Vectors.clustered(random, 8));
        }
        assertThat(index.buildCodes()).isTrue();
        budget.reserve(budget.bytesMax() - budget.bytesUsed() - room);
        boolean second = room % (1 << 13) == 0;
        if (second) {
          int[] next = {stored};
          index.buildCodes(
              () -> {
                putMore(index, random, next);
                return false;
              });
          stored = next[0];
        } else {
          int[] next = {stored};
          while (next[0] < 3_000 && putMore(index, random, next)) {
            stored = next[0];
          }
        }
        dropped += index.hasCodes() ? 0 : 1;
        float[] query = Vectors.clustered(random, 8);
        assertThat(index.search(query, 1_000, ANY, Filter.ALL, new Recall(0.9)).hits())
            .hasSize(Math.min(1_000, index.vectors()));
      }
    }
    assertThat(dropped).as("it was for want of room").isPositive();
  }

  private boolean putMore(SliceIndex index, Random random, int[] next) {
    try {
      index.putRow(Rows.row(next[0], 1, 1));
      putVector(index, next[0], 1, Vectors.clustered(random, 8));
      next[0]++;
      return true;
    } catch (RekindleException e) {
      return false;
    }
  }

  @Test
  void aClosedIndexMakesNoCodesAndGivesAllBack() {
    MemoryBudget budget = new MemoryBudget(1 << 24);
    IndexSettings settings = settings(DIMENSIONS, Distance.DOT, 100);
    SliceIndex index = index(settings, budget);
    fill(index, 500);
    assertThat(index.buildCodes()).isTrue();
    // Closed in the middle of a build: the builder is the last inside.
    assertThat(
            index.buildCodes(
                () -> {
                  index.close();
                  return true;
                }))
        .isFalse();
    assertThat(budget.bytesUsed()).isZero();
    assertThat(index.buildCodes()).isFalse();
  }
}
