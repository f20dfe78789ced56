package io.rekindle.chaos.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FaultsTest {
  private static final List<Fault> ALL = Faults.amongOthers(Optional.empty(), Optional.empty());

  @Test
  void onlyFaultsWhoseNamesBeginSoStrike() {
    assertThat(Faults.named("", ALL)).isEqualTo(ALL);
    assertThat(Faults.named("kill;SIGTERM", ALL))
        .extracting(Fault::name)
        .containsExactlyInAnyOrder(
            "kill -9",
            "kill -9 while starting",
            "kill -9 of two",
            "kill -9 of all after new keys",
            "kill -9 within new keys",
            "SIGTERM, start");
  }

  @Test
  void aNameThatNoFaultHasIsRefused() {
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> Faults.named("kill;network cut", ALL))
        .withMessageContaining("network cut")
        .withMessageContaining("SIGTERM, start");
  }
}
