package io.rekindle.node.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.index.kmeans.Means;
import io.rekindle.node.model.Distance;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is measured for all queries at once, against a look at one after the other. */
class ProbeMeasureTest {
  private static final int DIMENSIONS = 48;
  private static final int MEMORIES = 3_000;
  private static final int REMOVED = 100;
  private static final int ALL = 1 << 20;

  private static float[] read(Blocks<VectorBlock> vectors, int ordinal) {
    float[] vector = new float[DIMENSIONS];
    vectors.of(ordinal).read(vectors.slot(ordinal), vector);
    return vector;
  }

  private static double score(Distance distance, float[] query, float[] vector) {
    double dot = 0;
    double squares = 0;
    double apart = 0;
    for (int i = 0; i < DIMENSIONS; i++) {
      dot += (double) query[i] * vector[i];
      squares += (double) vector[i] * vector[i];
      apart += Math.pow((double) query[i] - vector[i], 2);
    }
    return switch (distance) {
      case COSINE -> dot / Math.sqrt(squares);
      case DOT -> dot;
      case L2 -> -apart;
    };
  }

  private static SliceTables tables(SliceIndex index) throws ReflectiveOperationException {
    Field field = SliceIndex.class.getDeclaredField("tables");
    field.setAccessible(true);
    return (SliceTables) field.get(index);
  }

  @ParameterizedTest
  @EnumSource(Distance.class)
  void isWhatALookAtEachVectorSays(Distance distance) throws Exception {
    IndexSettings settings = new IndexSettings(DIMENSIONS, distance, List.of(), 100, 100);
    try (SliceIndex index = new SliceIndex(settings, new MemoryBudget(1 << 26))) {
      Random random = new Random(5);
      for (int n = 0; n < MEMORIES; n++) {
        index.putRow(Rows.row(n, 1, 1));
        index.putVector(Rows.id(n), 0, 1, Vectors.clustered(random, DIMENSIONS));
      }
      for (int n = 0; n < REMOVED; n++) {
        index.removeRow(Rows.id(7 * n));
      }
      assertThat(index.buildCodes()).isTrue();
      ListCodes lists = (ListCodes) Objects.requireNonNull(index.codes());
      Blocks<VectorBlock> vectors = tables(index).vectors();
      List<float[]> queries = new ArrayList<>();
      int[] most = new int[2];
      for (int q = 0; q < 20; q++) {
        float[] query = Vectors.clustered(random, DIMENSIONS);
        queries.add(query);
        ListOrder order = lists.order(lists.encoder().rotatedQuery(query), lists.means().room());
        int[] needed =
            IntStream.range(0, vectors.size())
                .filter(ordinal -> vectors.of(ordinal).owner(vectors.slot(ordinal)) != 0)
                .boxed()
                .sorted(
                    Comparator.comparingDouble(
                        ordinal -> -score(distance, query, read(vectors, ordinal))))
                .limit(1_000)
                .mapToInt(ordinal -> rank(order, Objects.requireNonNull(lists.listsOf(ordinal))))
                .toArray();
        most[0] = Math.max(most[0], IntStream.of(needed).limit(10).max().orElseThrow());
        most[1] = Math.max(most[1], IntStream.of(needed).max().orElseThrow());
      }

      Probes probes =
          new ProbeMeasure(vectors, distance, DIMENSIONS, lists, () -> false).byQueries(queries);

      assertThat(Objects.requireNonNull(probes).lists(1, 10)).isEqualTo(most[0]);
      assertThat(probes.lists(1, 1_000)).isEqualTo(most[1]);
      assertThat(most[0]).isLessThan(most[1]);
      assertThat(probes.lists(1, ALL)).isEqualTo(lists.means().count());
    }
  }

  private static int rank(ListOrder order, Means.Pair lists) {
    for (int i = 0; i < order.count(); i++) {
      if (order.list(i) == lists.first() || order.list(i) == lists.second()) {
        return i + 1;
      }
    }
    throw new AssertionError("a list that is in no order");
  }
}
