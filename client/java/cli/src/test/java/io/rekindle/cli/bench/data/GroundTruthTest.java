package io.rekindle.cli.bench.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GroundTruthTest {
  private static final int TOP_K = 10;
  private static final int QUERIES = 7;
  private static final List<Share> SHARES =
      List.of(Share.ALL, new Share(0.5), new Share(0.01), new Share(0.25), new Share(0.0004));

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 11})
  void findsWhatASearchThroughAllFinds(int namespaces) throws Exception {
    DataSet data = new DataSet(new GeneratedVectors(16, 0.6, 3), 2_500, namespaces);
    GroundTruth truth = GroundTruth.compute(data, SHARES, QUERIES, TOP_K, _ -> {});

    for (Share share : SHARES) {
      for (int q = 0; q < QUERIES; q++) {
        List<Integer> exact = searchedThrough(data, share, q);
        assertThat(truth.nearest(share, q))
            .as("%s, query %d", share, q)
            .containsExactly(exact.stream().mapToInt(n -> n).toArray());
        assertThat(truth.recall(share, q, exact)).isEqualTo(1);
      }
    }
  }

  @Test
  void countsWhatIsMissingWrongOrRepeated() throws Exception {
    DataSet data = new DataSet(new GeneratedVectors(16, 0.6, 3), 1_000, 1);
    Share half = new Share(0.5);
    GroundTruth truth = GroundTruth.compute(data, List.of(half), 1, TOP_K, _ -> {});
    List<Integer> exact = IntStream.of(truth.nearest(half, 0)).boxed().toList();
    int hidden = IntStream.range(0, 1_000).filter(n -> !half.passes(n)).findFirst().orElseThrow();

    assertThat(truth.recall(half, 0, exact.subList(0, 7))).isEqualTo(0.7, within(1e-9));
    assertThat(truth.recall(half, 0, List.of(exact.get(0), exact.get(0)))).isEqualTo(0.1);
    assertThat(truth.recall(half, 0, List.of(hidden, -1, 5_000))).isZero();
    assertThatThrownBy(() -> truth.nearest(Share.ALL, 0)).hasMessageContaining("no exact answers");
  }

  @Test
  void asksFewerThanTheBestWhereFewerPass() throws Exception {
    DataSet data = new DataSet(new GeneratedVectors(8, 0.6, 3), 1_000, 1);
    Share few = new Share(0.003);
    GroundTruth truth = GroundTruth.compute(data, List.of(few), 1, TOP_K, _ -> {});

    int passing = (int) IntStream.range(0, 1_000).filter(few::passes).count();
    assertThat(truth.nearest(few, 0)).hasSize(Math.min(passing, TOP_K));
  }

  @Test
  void holdsTheSharesItSays() {
    for (double share : List.of(0.5, 0.1, 0.01, 0.001, 0.3)) {
      long passing = IntStream.range(0, 1_000_000).filter(new Share(share)::passes).count();
      assertThat(passing / 1e6).as("share %s", share).isCloseTo(share, within(share / 10));
    }
    assertThat(new Share(0.01).filter()).isEqualTo("tags:\"share-0.01\"");
    assertThat(new Share(0.3).filter()).isEqualTo("importance < 0.3");
    assertThat(Share.ALL.filter()).isEmpty();
    assertThatThrownBy(() -> new Share(0)).hasMessageContaining("above 0");
    assertThatThrownBy(() -> new Share(Double.NaN)).hasMessageContaining("NaN");
  }

  private static List<Integer> searchedThrough(DataSet data, Share share, int query) {
    float[] wanted = data.source().query(query);
    return IntStream.range(0, data.memories())
        .filter(n -> data.ordinal(n) == query % data.namespaces())
        .filter(n -> passes(data, share, n))
        .boxed()
        .sorted(
            Comparator.<Integer>comparingDouble(
                    n -> -UnitVectors.dot(wanted, data.source().memory(n)))
                .thenComparing(n -> n))
        .limit(TOP_K)
        .toList();
  }

  /** By what is stored, not by the number: the filter's text, read. */
  private static boolean passes(DataSet data, Share share, int number) {
    String filter = share.filter();
    if (filter.isEmpty()) {
      return true;
    }
    if (filter.startsWith("tags:")) {
      return data.memory(number).getTagsList().contains(filter.substring(6, filter.length() - 1));
    }
    return data.memory(number).getImportance()
        < Double.parseDouble(filter.substring("importance < ".length()));
  }
}
