package io.rekindle.node.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.access.filter.FilterParser;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.index.scan.Scorer;
import io.rekindle.node.model.Distance;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Searches of an index that has given up its floats, against a sort of all exact scores. */
class FloatlessSearchTest {
  private static final float ANY = Float.NaN;

  private final KnownVectors known = new KnownVectors();
  private final Map<Integer, float[]> vectors = new HashMap<>();

  private SliceIndex index(int dimensions, Distance distance, int floatsMax) {
    return new SliceIndex(
        new IndexSettings(
            dimensions,
            distance,
            List.of(),
            Integer.MAX_VALUE,
            Integer.MAX_VALUE,
            IndexSettings.GATHER_MAX,
            floatsMax),
        new MemoryBudget(1L << 30),
        known);
  }

  private void put(SliceIndex index, int number, float[] vector) {
    vectors.put(number, vector);
    known.put(Rows.id(number), 0, 1, vector);
    assertThat(index.putRow(Rows.row(number, 1, 1))).isTrue();
    assertThat(index.putVector(Rows.id(number), 0, 1, vector)).isTrue();
  }

  private List<IndexHit> truth(Distance distance, float[] query, int topK) {
    Scorer scorer = new Scorer(distance, query);
    List<IndexHit> hits = new ArrayList<>();
    vectors.forEach(
        (number, vector) -> {
          float score = scorer.score(MemorySegment.ofArray(vector), 0);
          hits.add(new IndexHit(Rows.id(number), 0, score, 1));
        });
    hits.sort(
        Comparator.comparingDouble(IndexHit::score).reversed().thenComparing(IndexHit::memoryId));
    return hits.subList(0, Math.min(topK, hits.size()));
  }

  /** As long as 1e-44 to 3e38, zeros among them, and some that hardly differ. */
  private static float[] strange(Random random, int dimensions, float[] near) {
    float[] vector = new float[dimensions];
    double length = Math.pow(10, random.nextInt(80) - 44);
    for (int i = 0; i < dimensions; i++) {
      vector[i] =
          switch (random.nextInt(4)) {
            case 0 -> 0;
            case 1 -> near[i];
            default -> clamped(random.nextGaussian() * length);
          };
    }
    return random.nextInt(10) == 0 ? new float[dimensions] : vector;
  }

  private static float clamped(double value) {
    return (float) Math.clamp(value, -Float.MAX_VALUE, Float.MAX_VALUE);
  }

  @Property(tries = 150)
  void anExactAnswerIsTheSortOfAllWhateverTheVectors(
      @ForAll Distance distance,
      @ForAll @IntRange(min = 2, max = 70) int dimensions,
      @ForAll long seed) {
    Random random = new Random(seed);
    vectors.clear();
    try (SliceIndex index = index(dimensions, distance, 0)) {
      float[] query = new float[dimensions];
      for (int i = 0; i < dimensions; i++) {
        query[i] = clamped(random.nextGaussian() * Math.pow(10, random.nextInt(70) - 40));
      }
      for (int n = 0; n < 200; n++) {
        put(index, n, strange(random, dimensions, query));
      }
      for (int topK : new int[] {1, 10, 1_000}) {
        assertThat(index.search(query, topK, ANY, Filter.ALL))
            .isEqualTo(truth(distance, query, topK));
      }
      assertThat(index.search(query, 10, ANY, FilterParser.parse("agent_id = \"agent3\"")))
          .extracting(IndexHit::memoryId)
          .isSubsetOf(truth(distance, query, 1_000).stream().map(IndexHit::memoryId).toList());
    }
  }

  @ParameterizedTest
  @EnumSource(Distance.class)
  void ofTheLongestVectorsToo(Distance distance) {
    Random random = new Random(9);
    try (SliceIndex index = index(4_096, distance, 0)) {
      for (int n = 0; n < 300; n++) {
        put(index, n, Vectors.clustered(random, 4_096));
      }
      float[] query = Vectors.clustered(random, 4_096);
      assertThat(index.search(query, 10, ANY, Filter.ALL)).isEqualTo(truth(distance, query, 10));
    }
  }

  @ParameterizedTest
  @EnumSource(Distance.class)
  void fewVectorsAreReadForIt(Distance distance) {
    Random random = new Random(2);
    try (SliceIndex index = index(96, distance, 0)) {
      for (int n = 0; n < 4_000; n++) {
        put(index, n, Vectors.clustered(random, 96));
      }
      float[] query = Vectors.clustered(random, 96);
      assertThat(index.search(query, 10, ANY, Filter.ALL)).isEqualTo(truth(distance, query, 10));
      assertThat(known.reads.get()).isBetween(10, 100);
      float least = truth(distance, query, 7).getLast().score();
      assertThat(index.search(query, 10, least, Filter.ALL)).isEqualTo(truth(distance, query, 7));
      Filter seventh = FilterParser.parse("agent_id = \"agent3\"");
      vectors.keySet().removeIf(number -> number % 7 != 3);
      assertThat(index.search(query, 10, ANY, seventh)).isEqualTo(truth(distance, query, 10));
      assertThat(
              index.searchAmong(
                  query, List.of(Rows.id(3), Rows.id(10), Rows.id(11)), 2, ANY, seventh))
          .hasSize(2)
          .isSubsetOf(truth(distance, query, 4_000));
    }
  }

  @Test
  void aVectorThatIsGoneOrOfAnotherContentByThenIsPassedOver() {
    try (SliceIndex index = index(2, Distance.DOT, 0)) {
      put(index, 1, new float[] {4, 0});
      put(index, 2, new float[] {3, 0});
      put(index, 3, new float[] {2, 0});
      known.remove(Rows.id(1), 0);
      known.put(Rows.id(2), 0, 2, new float[] {3, 0});
      assertThat(index.search(new float[] {1, 0}, 3, ANY, Filter.ALL))
          .containsExactly(new IndexHit(Rows.id(3), 0, 2, 1));
    }
  }

  @Test
  void aVectorThatCannotBeReadFailsTheRequestAndNothingElse() {
    boolean[] damaged = {true};
    ExactVectors vectors =
        (_, _, _) -> {
          if (damaged[0]) {
            throw new RekindleException(ErrorCode.DATA_CORRUPTED, "damaged");
          }
          return new float[] {1, 0};
        };
    IndexSettings settings = new IndexSettings(2, Distance.DOT, List.of(), 100, 100, 0, 0);
    MemoryBudget budget = new MemoryBudget(1 << 20);
    try (SliceIndex index = new SliceIndex(settings, budget, vectors)) {
      index.putRow(Rows.row(1, 1, 1));
      index.putVector(Rows.id(1), 0, 1, new float[] {1, 0});
      assertThatThrownBy(() -> index.search(new float[] {1, 0}, 3, ANY, Filter.ALL))
          .isInstanceOfSatisfying(
              RekindleException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.DATA_CORRUPTED));
      damaged[0] = false;
      assertThat(index.search(new float[] {1, 0}, 3, ANY, Filter.ALL)).hasSize(1);
    }
    assertThat(budget.bytesUsed()).isZero();
  }

  /** More than are rescored: which of them come is open, and the answer says so. */
  @Test
  void anAnswerAmongTooManyEqualVectorsDoesNotSayThatItIsExact() {
    int count = VectorSearch.RESCORED_MAX * 5;
    try (SliceIndex index = index(2, Distance.COSINE, 0)) {
      float[] vector = {3, 1};
      for (int n = 0; n < count; n++) {
        put(index, n, vector);
      }
      IndexAnswer answer = index.search(vector, 10, ANY, Filter.ALL, Recall.EXACT);
      assertThat(answer.hits()).hasSize(10).allMatch(hit -> hit.score() == 1);
      assertThat(answer.exact()).isFalse();
      assertThat(known.reads.get()).isLessThanOrEqualTo(VectorSearch.RESCORED_MAX);
    }
  }

  @Test
  void floatsLeaveWhenThereAreMoreVectorsAndDoNotComeBack() {
    try (SliceIndex index = index(16, Distance.COSINE, 100)) {
      Random random = new Random(3);
      for (int n = 0; n < 100; n++) {
        put(index, n, Vectors.clustered(random, 16));
      }
      put(index, 7, Vectors.clustered(random, 16));
      float[] query = Vectors.clustered(random, 16);
      assertThat(index.search(query, 10, ANY, Filter.ALL))
          .isEqualTo(truth(Distance.COSINE, query, 10));
      assertThat(known.reads.get()).isZero();
      assertThat(index.hasFloatsToFree()).isFalse();

      put(index, 100, Vectors.clustered(random, 16));
      assertThat(index.hasFloatsToFree()).isTrue();
      long before = index.bytes();
      index.freeFloats();
      // Blocks of 16, 16, 32 and 64 vectors.
      assertThat(index.bytes()).isEqualTo(before - 128 * 16 * Float.BYTES);
      assertThat(index.hasFloatsToFree()).isFalse();

      for (int n = 1; n <= 100; n++) {
        index.removeRow(Rows.id(n));
        vectors.remove(n);
      }
      put(index, 1, Vectors.clustered(random, 16));
      assertThat(index.search(query, 10, ANY, Filter.ALL))
          .isEqualTo(truth(Distance.COSINE, query, 10));
      assertThat(known.reads.get()).isPositive();
    }
  }

  @Test
  void aBuildFreesThemOnItsWay() {
    try (SliceIndex index = index(16, Distance.COSINE, 50);
        SliceBuild build = index.beginBuild()) {
      for (int n = 0; n < 51; n++) {
        build.putRow(Rows.row(n, 1, 1), 1);
        build.putVector(Rows.id(n), 0, 1, Vectors.clustered(new Random(n), 16));
      }
      assertThat(index.hasFloatsToFree()).isFalse();
      assertThat(index.vectors()).isEqualTo(51);
    }
  }
}
