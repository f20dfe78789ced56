package io.rekindle.node.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.model.Distance;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Vectors and rows that come, and go, one without the other. */
class WaitingVectorsTest {
  private static final float[] ONE = {1, 0};
  private static final float[] TWO = {0, 2};

  private final SliceIndex index =
      new SliceIndex(new IndexSettings(2, Distance.DOT, List.of("n")), new MemoryBudget(16L << 20));

  @AfterEach
  void close() {
    index.close();
  }

  private List<Float> scores() {
    return index.search(new float[] {1, 1}, 10, Float.NaN, Filter.ALL).stream()
        .map(IndexHit::score)
        .toList();
  }

  @Test
  void aVectorOfNewerContentThanItsRowsWaitsForThat() {
    index.putRow(Rows.row(1, 1, 1));
    assertThat(index.putVector(Rows.id(1), 0, 2, TWO)).isTrue();
    assertThat(index.vectors()).isZero();
    assertThat(index.waitingVectors()).isEqualTo(1);
    assertThat(scores()).isEmpty();

    index.putRow(Rows.row(1, 2, 2));
    assertThat(index.vectors()).isEqualTo(1);
    assertThat(index.waitingVectors()).isZero();
    assertThat(scores()).containsExactly(2f);
  }

  @Test
  void aVectorThatWaitsIsNotReplacedByAnOlderOne() {
    index.putVector(Rows.id(1), 0, 2, TWO);
    assertThat(index.putVector(Rows.id(1), 0, 1, ONE)).isFalse();
    index.putRow(Rows.row(1, 1, 1));
    assertThat(index.putVector(Rows.id(1), 0, 1, ONE)).isFalse();
    assertThat(scores()).isEmpty();

    index.putRow(Rows.row(1, 2, 2));
    assertThat(scores()).containsExactly(2f);
  }

  @Test
  void aRowStaysWhenItsLastVectorGoes() {
    index.putRow(Rows.row(1, 1, 1));
    index.putVector(Rows.id(1), 0, 1, ONE);
    assertThat(index.removeVector(Rows.id(1), 0)).isTrue();
    assertThat(index.removeVector(Rows.id(1), 0)).isFalse();
    assertThat(index.rows()).isEqualTo(1);
    assertThat(index.count(Filter.ALL)).isEqualTo(1);
    assertThat(index.vectors()).isZero();
  }

  @Test
  void oneOfTheVectorsThatWaitGoesAlone() {
    for (int chunk = 0; chunk < 3; chunk++) {
      index.putVector(Rows.id(1), chunk, 1, chunk == 1 ? TWO : ONE);
    }
    assertThat(index.removeVector(Rows.id(1), 1)).isTrue();
    assertThat(index.waitingVectors()).isEqualTo(2);

    index.putRow(Rows.row(1, 1, 1));
    assertThat(index.vectors()).isEqualTo(2);
    assertThat(scores()).containsExactly(1f);
  }

  @Test
  void aVectorThatGoesWhileABuildGoesOnIsNotBroughtBack() {
    try (SliceBuild build = index.beginBuild()) {
      assertThat(index.removeVector(Rows.id(1), 0)).isFalse();
      assertThat(build.putRow(Rows.row(1, 1, 1), 1)).isTrue();
      assertThat(build.putVector(Rows.id(1), 0, 1, TWO)).isFalse();
      assertThat(build.putVector(Rows.id(1), 1, 1, ONE)).isTrue();
    }
    assertThat(scores()).containsExactly(1f);
    assertThat(index.putVector(Rows.id(1), 0, 1, TWO)).as("after the build").isTrue();
  }

  @Test
  void vectorsThatGoBeforeTheirRowCameLeaveNothing() {
    index.putVector(Rows.id(0), 0, 1, ONE);
    index.removeVector(Rows.id(0), 0);
    long bytes = index.bytes();
    for (int n = 0; n < 1_000; n++) {
      index.putVector(Rows.id(n), 0, 1, ONE);
      assertThat(index.removeVector(Rows.id(n), 0)).isTrue();
    }
    assertThat(index.bytes()).isEqualTo(bytes);
    assertThat(index.waitingVectors()).isZero();
  }
}
