package io.rekindle.cli.bench.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class NamespaceTruthTest {
  private static final int ORDINAL = 3;
  private static final DataSet DATA = new DataSet(new GeneratedVectors(8, 0.6, 7), 100, 10);

  @Test
  void theNearestOfTheNamespaceAreRightInAnyOrderAndNothingElseIs() {
    List<Integer> right = nearest();
    assertThat(isExact(right)).isTrue();
    assertThat(isExact(right.reversed())).isTrue();

    assertThat(isExact(right.subList(0, 3))).as("one less").isFalse();
    assertThat(isExact(with(right, right.get(0)))).as("one twice").isFalse();
    assertThat(isExact(with(right, farthest()))).as("one that is farther").isFalse();
    assertThat(isExact(with(right, 0))).as("one of another namespace").isFalse();
    assertThat(isExact(with(right, -1))).as("one of no number").isFalse();
  }

  @Test
  void aNamespaceOfFewerHasNoMore() {
    List<Integer> all = IntStream.range(30, 40).boxed().toList();
    assertThat(NamespaceTruth.isExact(DATA, ORDINAL, 1, 10, all)).isTrue();
    assertThat(NamespaceTruth.isExact(DATA, ORDINAL, 1, 20, all)).isTrue();
  }

  private static boolean isExact(List<Integer> found) {
    return NamespaceTruth.isExact(DATA, ORDINAL, 1, 4, found);
  }

  private static List<Integer> with(List<Integer> numbers, int last) {
    List<Integer> changed = new ArrayList<>(numbers.subList(0, numbers.size() - 1));
    changed.add(last);
    return changed;
  }

  private static List<Integer> nearest() {
    return byDistance().subList(0, 4);
  }

  private static int farthest() {
    return byDistance().getLast();
  }

  private static List<Integer> byDistance() {
    float[] query = DATA.source().query(1);
    return IntStream.range(30, 40)
        .boxed()
        .sorted(Comparator.comparing(n -> -UnitVectors.dot(query, DATA.source().memory((int) n))))
        .toList();
  }
}
