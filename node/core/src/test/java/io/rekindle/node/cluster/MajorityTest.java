package io.rekindle.node.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MajorityTest {
  @ParameterizedTest
  @CsvSource({"1, 1", "2, 2", "3, 2", "4, 3", "5, 3"})
  void aMajorityIsMoreThanHalf(int baseline, int fewest) {
    for (int there = 0; there <= baseline; there++) {
      assertThat(Majority.isMajority(nodes(1, baseline), nodes(1, there)))
          .as("%s of %s", there, baseline)
          .isEqualTo(there >= fewest);
    }
  }

  @ParameterizedTest
  @CsvSource({"1", "2", "3", "4", "5"})
  void bothSidesOfACutNeverHaveOne(int baseline) {
    for (int cut = 0; cut <= baseline; cut++) {
      boolean one = Majority.isMajority(nodes(1, baseline), nodes(1, cut));
      boolean other = Majority.isMajority(nodes(1, baseline), nodes(cut + 1, baseline));
      assertThat(one && other).as("%s of %s", cut, baseline).isFalse();
    }
  }

  @Test
  void nodesBesideTheBaselineDoNotCount() {
    assertThat(Majority.isMajority(nodes(1, 3), nodes(3, 9))).isFalse();
    assertThat(Majority.isMajority(nodes(1, 3), nodes(2, 9))).isTrue();
  }

  @Test
  void aNodeCountsOnce() {
    assertThat(Majority.isMajority(nodes(1, 3), List.of("1", "1", "1"))).isFalse();
  }

  private static Set<String> nodes(int first, int last) {
    return IntStream.rangeClosed(first, last)
        .mapToObj(Integer::toString)
        .collect(Collectors.toSet());
  }
}
