package io.rekindle.node.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Which of three clocks is off. */
class ContactMedianTest {
  @Test
  void theClockThatIsOffSaysSoAndNotTheOthers() {
    assertThat(Contact.median(List.of(-800L, -790L))).isEqualTo(-790);
    assertThat(Contact.median(List.of(0L, 800L))).isZero();
    assertThat(Contact.median(List.of(-800L, 3L))).isEqualTo(3);
  }

  @Test
  void oneOtherAndNoneAndMany() {
    assertThat(Contact.median(List.of())).isZero();
    assertThat(Contact.median(List.of(-5L))).isEqualTo(-5);
    assertThat(Contact.median(List.of(9L, 1L, 5L))).isEqualTo(5);
  }
}
