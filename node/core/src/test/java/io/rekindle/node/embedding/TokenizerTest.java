package io.rekindle.node.embedding;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TokenizerTest {
  private static final Tokenizer TOKENIZER = SharedModel.tokenizer();

  @Test
  void positionsAreThoseOfTheJavaString() {
    Tokens tokens = TOKENIZER.tokenize("😀 naïve e\u0301 漢 end");
    assertThat(tokens.starts()).containsExactly(0, 3, 9, 12, 14);
    assertThat(tokens.words()).containsExactly(0, 1, 2, 3, 4);
    assertThat(TOKENIZER.tokenize("embeddings ok").startsWord(1)).isFalse();
  }

  @Test
  void textIsNeverTruncatedOrPadded() {
    assertThat(TOKENIZER.ids("one")).containsExactly(101, 2028, 102);
    assertThat(TOKENIZER.ids("one ".repeat(2_000))).hasSize(2_002);
  }
}
