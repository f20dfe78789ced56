package io.rekindle.node.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecallTest {
  /** How much of the normal distribution lies below, by adding it up. */
  private static double below(double deviations) {
    double step = 1e-4;
    double sum = 0.5;
    for (double x = step / 2; x < deviations; x += step) {
      sum += step * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
    }
    return sum;
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.9, 0.95, 0.98, 0.99, 0.995, 0.999})
  void aTargetIsThatMuchOfTheNormalDistribution(double target) {
    assertThat(below(new Recall(target).deviations())).isEqualTo(target, offset(1e-4));
    double less = new Recall(target - 0.002).deviations();
    assertThat(less).isLessThanOrEqualTo(new Recall(target).deviations());
    assertThat(below(less)).as("never less than asked for").isGreaterThan(target - 0.0021);
  }

  @Test
  void whatIsAlmostAllIsExact() {
    assertThat(new Recall(0.9995).isExact()).isTrue();
    assertThat(Recall.EXACT.isExact()).isTrue();
    assertThat(new Recall(0.9994).isExact()).isFalse();
    assertThat(below(new Recall(0.9994).deviations())).isEqualTo(0.9995, offset(1e-4));
    assertThatThrownBy(() -> new Recall(Math.nextUp(1.0)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void enoughAreKeptForTheBestAndTheirChunks() {
    assertThat(Recall.candidates(10, 1)).isEqualTo(170);
    assertThat(Recall.candidates(10, 0.5)).isEqualTo(170);
    assertThat(Recall.candidates(10, 3)).isEqualTo(210);
    assertThat(Recall.candidates(1_000, 1_000)).isEqualTo(1 << 16);
  }
}
