package io.rekindle.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rekindle.cli.CommandFailedException;
import io.rekindle.cli.bench.SetMark.Progress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SetMarkTest {
  @Test
  void readsWhatItWrote() {
    Progress progress = new Progress(42, true);

    assertThat(Progress.parse(progress.text(), 100)).isEqualTo(progress);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"stored\":101,\"extras\":false}",
        "{\"stored\":-1,\"extras\":false}",
        "{\"stored\":1}",
        "{\"extras\":true}",
        "[]",
        "{"
      })
  void refusesAnotherMarkByShowingIt(String value) {
    assertThatThrownBy(() -> Progress.parse(value, 100))
        .isInstanceOf(CommandFailedException.class)
        .hasMessageContaining(value)
        .hasMessageContaining("--data-folder");
  }
}
