package io.rekindle.node.index;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ProbesTest {
  private static final int[][] RANKS = {{1, 1, 2}, {1, 3, 3}};

  @Test
  void asManyAreLookedThroughAsTheNearestNeeded() {
    Probes probes = Probes.byQueries(100, RANKS);

    assertThat(probes.lists(1, 3)).isEqualTo(3);
    assertThat(probes.lists(0.001, 3)).as("a part of the nearest").isEqualTo(3);
    assertThat(Probes.all(7).lists(0.5, 3)).as("before anything was measured").isEqualTo(7);
  }

  @Test
  void storedVectorsStandForQueriesThatNeedTwiceAsMany() {
    assertThat(Probes.byStored(100, RANKS).lists(1, 3)).isEqualTo(6);
    assertThat(Probes.byStored(5, RANKS).lists(1, 3)).as("there are no more").isEqualTo(5);
  }
}
