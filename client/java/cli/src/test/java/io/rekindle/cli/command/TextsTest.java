package io.rekindle.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class TextsTest {
  @Test
  void aPageThatIsNotTheLastSaysHowToGoOn() {
    assertThat(Texts.page(List.of("a", "b"), Function.identity(), "token").lines())
        .containsExactly("a", "b", "next: --page-token token");
  }

  @Test
  void theLastPageIsItsLinesAlone() {
    assertThat(Texts.page(List.of("a"), Function.identity(), "")).isEqualTo("a");
    assertThat(Texts.page(List.<String>of(), Function.identity(), "")).isEqualTo("(none)");
  }
}
