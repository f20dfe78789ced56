package io.rekindle.node.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class WaitForTest {
  private static final Duration DEFAULT = Duration.ofSeconds(10);
  private static final Duration MAX = Duration.ofSeconds(60);
  private static final Duration LONG = Duration.ofMinutes(5);

  private static Duration atMost(@Nullable Duration timeout, Duration patience) {
    return new WaitFor(List.of("t"), timeout, patience, null).atMost(DEFAULT, MAX);
  }

  @Test
  void waitsAsLongAsItSaysOrTheDefault() {
    assertThat(atMost(null, LONG)).isEqualTo(DEFAULT);
    assertThat(atMost(Duration.ZERO, LONG)).isZero();
    assertThat(atMost(MAX, LONG)).isEqualTo(MAX);
    Duration lower = Duration.ofSeconds(5);
    assertThat(new WaitFor(List.of("t"), null, LONG, null).atMost(DEFAULT, lower))
        .as("a maximum below the default")
        .isEqualTo(lower);
  }

  @Test
  void leavesAQuarterOfTheCallersTimeForTheSearch() {
    assertThat(atMost(null, Duration.ofSeconds(8))).isEqualTo(Duration.ofSeconds(6));
    assertThat(atMost(MAX, Duration.ofSeconds(8))).isEqualTo(Duration.ofSeconds(6));
    assertThat(atMost(Duration.ofSeconds(5), Duration.ofSeconds(8)))
        .isEqualTo(Duration.ofSeconds(5));
  }

  @Test
  void refusesWhatIsOverItsLimits() {
    assertThatExceptionOfType(RekindleException.class)
        .isThrownBy(() -> atMost(MAX.plusMillis(1), LONG))
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.LIMIT_EXCEEDED))
        .satisfies(e -> assertThat(e.details()).containsEntry("limit", "60000"));
    assertThatExceptionOfType(RekindleException.class)
        .isThrownBy(() -> new WaitFor(Collections.nCopies(101, "t"), null, LONG, null))
        .satisfies(e -> assertThat(e.details()).containsEntry("field", "wait_for"));
  }
}
