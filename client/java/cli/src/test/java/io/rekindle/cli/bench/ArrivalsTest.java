package io.rekindle.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArrivalsTest {
  private final Arrivals arrivals = new Arrivals();

  @Test
  void measuresFromTheAcknowledgementToTheAnswerThatShowsItNoMore() {
    arrivals.stored("a", 1_000);
    arrivals.stored("b", 2_000);

    arrivals.looked(3_000, 4_000, Set.of("a", "b"));
    assertThat(arrivals.waiting()).isEqualTo(2);
    arrivals.looked(5_000, 6_000, Set.of("b"));
    assertThat(arrivals.waiting()).isOne();
    arrivals.looked(7_000, 8_000, Set.of());

    assertThat(arrivals.waiting()).isZero();
    assertThat(arrivals.nanos().getTotalCount()).isEqualTo(2);
    assertThat(arrivals.nanos().getMinNonZeroValue()).isBetween(4_990L, 5_010L);
    assertThat(arrivals.nanos().getMaxValue()).isBetween(5_990L, 6_010L);
  }

  @Test
  void doesNotTakeForFoundWhatWasStoredAfterTheQuestion() {
    arrivals.stored("late", 3_500);

    arrivals.looked(3_000, 4_000, Set.of());
    assertThat(arrivals.waiting()).isOne();
    arrivals.looked(4_500, 5_000, Set.of());

    assertThat(arrivals.waiting()).isZero();
    assertThat(arrivals.nanos().getMaxValue()).isBetween(1_490L, 1_510L);
  }

  @ParameterizedTest
  @CsvSource({
    "99.9, 0, 3, 20, HOLDS",
    "100.1, 0, 3, 20, SLOW",
    "99.9, 10, 21, 20, BEHIND",
    "500, 10, 21, 20, BEHIND",
    "99.9, 30, 25, 20, HOLDS",
    "99.9, 10, 20, 20, HOLDS"
  })
  void saysWhereARateBreaks(
      double p99Millis, int atHalf, int atEnd, double perSecond, Verdict verdict) {
    assertThat(Verdict.of(p99Millis, atHalf, atEnd, perSecond)).isEqualTo(verdict);
  }
}
