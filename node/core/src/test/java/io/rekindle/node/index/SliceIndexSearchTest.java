package io.rekindle.node.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.access.filter.FilterParser;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.Distance;
import io.rekindle.node.model.MemoryId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SliceIndexSearchTest {
  private static final float ANY = Float.NaN;
  private static final Comparator<IndexHit> BEST_FIRST =
      Comparator.comparingDouble(IndexHit::score).reversed().thenComparing(IndexHit::memoryId);

  private static SliceIndex index(int dimensions, Distance distance) {
    IndexSettings settings = new IndexSettings(dimensions, distance, List.of("n"));
    return new SliceIndex(settings, new MemoryBudget(1L << 30));
  }

  private static void put(SliceIndex index, int number, float[] vector) {
    assertThat(index.putRow(Rows.row(number, 1, 1))).isTrue();
    assertThat(index.putVector(Rows.id(number), 0, 1, vector)).isTrue();
  }

  /** The answer by definition: every score as a float, best first, equal ones by id. */
  private static List<MemoryId> reference(
      Distance distance, float[] query, List<float[]> vectors, int topK, IntPredicate passes) {
    return IntStream.range(0, vectors.size())
        .filter(passes)
        .mapToObj(n -> hit(n, (float) Vectors.score(distance, query, vectors.get(n))))
        .sorted(BEST_FIRST)
        .limit(topK)
        .map(IndexHit::memoryId)
        .toList();
  }

  private static IndexHit hit(int number, float score) {
    return new IndexHit(Rows.id(number), 0, score, 1);
  }

  private static List<MemoryId> ids(List<IndexHit> hits) {
    return hits.stream().map(IndexHit::memoryId).toList();
  }

  @ParameterizedTest
  @EnumSource
  void findsExactlyWhatBruteForceFinds(Distance distance) {
    Random random = new Random(42);
    List<float[]> vectors = new ArrayList<>();
    Filter third = FilterParser.parse("tags:\"n1\" AND metadata.n < 1500");
    try (SliceIndex index = index(96, distance)) {
      for (int n = 0; n < 3_000; n++) {
        vectors.add(Vectors.clustered(random, 96));
        put(index, n, vectors.get(n));
      }
      for (int i = 0; i < 10; i++) {
        float[] query = Vectors.clustered(random, 96);
        for (int topK : new int[] {1, 10, 1_000}) {
          assertThat(ids(index.search(query, topK, ANY, Filter.ALL)))
              .isEqualTo(reference(distance, query, vectors, topK, _ -> true));
          assertThat(ids(index.search(query, topK, ANY, third)))
              .isEqualTo(reference(distance, query, vectors, topK, n -> n % 3 == 1 && n < 1_500));
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void scoresAreTheDefinitionsAndMinScoreCutsThere(Distance distance) {
    Random random = new Random(7);
    try (SliceIndex index = index(33, distance)) {
      List<float[]> vectors = new ArrayList<>();
      for (int n = 0; n < 200; n++) {
        vectors.add(Vectors.clustered(random, 33));
        put(index, n, vectors.get(n));
      }
      float[] query = Vectors.clustered(random, 33);
      List<IndexHit> all = index.search(query, 200, ANY, Filter.ALL);
      assertThat(all).hasSize(200);
      for (IndexHit hit : all) {
        int number = (int) hit.memoryId().value().getLeastSignificantBits();
        assertThat(hit.score())
            .isEqualTo((float) Vectors.score(distance, query, vectors.get(number)));
      }
      float cut = all.get(99).score();
      assertThat(index.search(query, 1_000, cut, Filter.ALL)).isEqualTo(all.subList(0, 100));
    }
  }

  @ParameterizedTest
  @EnumSource
  void extremesHaveFiniteScoresInOrder(Distance distance) {
    List<float[]> vectors =
        List.of(
            new float[] {0, 0, 0},
            new float[] {Float.MIN_VALUE, 0, 0},
            new float[] {Float.MAX_VALUE, Float.MAX_VALUE, Float.MAX_VALUE},
            new float[] {-Float.MAX_VALUE, 0, 1},
            new float[] {1, 1, 1},
            new float[] {1, 1, 1},
            new float[] {-0f, -0f, Float.MIN_NORMAL});
    try (SliceIndex index = index(3, distance)) {
      for (int n = 0; n < vectors.size(); n++) {
        put(index, n, vectors.get(n));
      }
      List<float[]> queries = new ArrayList<>(vectors);
      queries.add(new float[] {0.1f, -3e20f, 7});
      for (float[] query : queries) {
        for (int topK = 1; topK <= vectors.size(); topK++) {
          List<IndexHit> hits = index.search(query, topK, ANY, Filter.ALL);
          assertThat(hits).hasSize(topK).allMatch(hit -> Float.isFinite(hit.score()));
          assertThat(hits).isEqualTo(index.search(query, 100, ANY, Filter.ALL).subList(0, topK));
        }
        assertThat(index.search(query, 100, ANY, Filter.ALL)).isSortedAccordingTo(BEST_FIRST);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 63, 64, 65, 384, 4_096})
  void everyNumberOfDimensionsIsSearched(int dimensions) {
    Random random = new Random(dimensions);
    List<float[]> vectors = new ArrayList<>();
    try (SliceIndex index = index(dimensions, Distance.COSINE)) {
      for (int n = 0; n < 40; n++) {
        vectors.add(Vectors.clustered(random, dimensions));
        put(index, n, vectors.get(n));
      }
      float[] query = Vectors.clustered(random, dimensions);
      assertThat(ids(index.search(query, 5, ANY, Filter.ALL)))
          .isEqualTo(reference(Distance.COSINE, query, vectors, 5, _ -> true));
    }
  }

  @Test
  void aRowOfTheSameVersionReplacesItself() {
    try (SliceIndex index = index(2, Distance.COSINE)) {
      assertThat(index.putRow(Rows.row(1, 1, 1, "before"))).isTrue();
      assertThat(index.putRow(Rows.row(1, 1, 1, "after"))).isTrue();
      assertThat(index.count(FilterParser.parse("agent_id = \"after\""))).isEqualTo(1);
      assertThat(index.rows()).isEqualTo(1);
    }
  }

  @Test
  void equalScoresComeByMemoryId() {
    try (SliceIndex index = index(2, Distance.COSINE)) {
      for (int n : new int[] {5, 3, 9, 1, 7}) {
        put(index, n, new float[] {1, 1});
      }
      assertThat(ids(index.search(new float[] {1, 1}, 3, ANY, Filter.ALL)))
          .containsExactly(Rows.id(1), Rows.id(3), Rows.id(5));
    }
  }

  @Test
  void aMemoryScoresAsItsBestChunk() {
    try (SliceIndex index = index(2, Distance.COSINE)) {
      put(index, 1, new float[] {0, 1});
      index.putVector(Rows.id(1), 1, 1, new float[] {1, 0});
      index.putVector(Rows.id(1), 2, 1, new float[] {1, 0});
      put(index, 2, new float[] {1, 1});
      assertThat(index.search(new float[] {1, 0}, 10, ANY, Filter.ALL))
          .containsExactly(
              new IndexHit(Rows.id(1), 1, 1f, 1),
              new IndexHit(Rows.id(2), 0, (float) (1 / Math.sqrt(2)), 1));
    }
  }

  @Test
  void searchesAmongGivenMemoriesOnly() {
    Random random = new Random(3);
    List<float[]> vectors = new ArrayList<>();
    try (SliceIndex index = index(16, Distance.L2)) {
      for (int n = 0; n < 500; n++) {
        vectors.add(Vectors.clustered(random, 16));
        put(index, n, vectors.get(n));
      }
      float[] query = Vectors.clustered(random, 16);
      List<MemoryId> among =
          IntStream.range(0, 1_000).filter(n -> n % 5 == 0).mapToObj(Rows::id).toList();
      assertThat(ids(index.searchAmong(query, among, 20, ANY, Filter.ALL)))
          .isEqualTo(reference(Distance.L2, query, vectors, 20, n -> n % 5 == 0));
      Filter few = FilterParser.parse("metadata.n < 100");
      assertThat(ids(index.searchAmong(query, among, 50, ANY, few)))
          .isEqualTo(reference(Distance.L2, query, vectors, 50, n -> n % 5 == 0 && n < 100));
    }
  }

  @Test
  void amongGivenMemoriesEachScoresAsItsBestChunkToo() {
    try (SliceIndex index = index(2, Distance.COSINE)) {
      for (int best = 0; best < 3; best++) {
        put(index, best, new float[] {0, 1});
        for (int chunk = 0; chunk < 3; chunk++) {
          float[] vector = chunk == best ? new float[] {1, 0} : new float[] {0, 1};
          index.putVector(Rows.id(best), chunk, 1, vector);
        }
      }
      List<MemoryId> among = List.of(Rows.id(2), Rows.id(0), Rows.id(2), Rows.id(1));
      assertThat(index.searchAmong(new float[] {1, 0}, among, 10, ANY, Filter.ALL))
          .containsExactly(
              new IndexHit(Rows.id(0), 0, 1f, 1),
              new IndexHit(Rows.id(1), 1, 1f, 1),
              new IndexHit(Rows.id(2), 2, 1f, 1));
    }
  }

  @Test
  void wrongQuestionsAreRefusedByName() {
    try (SliceIndex index = index(2, Distance.DOT)) {
      float[] query = {1, 0};
      assertThatThrownBy(() -> index.search(new float[] {1}, 1, ANY, Filter.ALL))
          .isInstanceOf(RekindleException.class);
      assertThatThrownBy(() -> index.search(new float[] {1, Float.NaN}, 1, ANY, Filter.ALL))
          .isInstanceOf(RekindleException.class);
      assertThatThrownBy(() -> index.search(query, 0, ANY, Filter.ALL))
          .isInstanceOf(RekindleException.class);
      assertThatThrownBy(() -> index.search(query, 1_001, ANY, Filter.ALL))
          .isInstanceOf(RekindleException.class);
      Filter undeclared = FilterParser.parse("metadata.other = 1");
      assertThatThrownBy(() -> index.search(query, 1, ANY, undeclared))
          .isInstanceOf(RekindleException.class);
      assertThatThrownBy(() -> index.count(undeclared)).isInstanceOf(RekindleException.class);
      for (int limit : new int[] {0, SliceIndex.SELECT_ROWS_MAX + 1}) {
        assertThatThrownBy(() -> index.select(Filter.ALL, null, limit))
            .isInstanceOf(IllegalArgumentException.class);
      }
      assertThat(index.select(Filter.ALL, null, SliceIndex.SELECT_ROWS_MAX)).isEmpty();
      assertThat(index.search(query, 1_000, ANY, Filter.ALL)).isEmpty();
    }
  }
}
