package io.rekindle.node.embedding;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tuple;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TextChunkerTest {
  private static final Tokenizer TOKENIZER = SharedModel.tokenizer();
  private static final TextChunker CHUNKER =
      TextChunker.of(
          TOKENIZER,
          "",
          ModelSpec.BGE_SMALL_EN.window() - TOKENIZER.specialTokens(),
          ModelSpec.BGE_SMALL_EN.overlap());

  @Test
  void aTextWithinTheWindowIsOneChunk() {
    assertThat(CHUNKER.chunks("a note")).containsExactly(new TextChunk("a note", 0, 6, 0));
    assertThat(CHUNKER.chunks("")).containsExactly(new TextChunk("", 0, 0, 0));
    assertThat(CHUNKER.chunks("word ".repeat(510))).hasSize(1);
    assertThat(CHUNKER.chunks("word ".repeat(511))).hasSize(2);
  }

  @Test
  void aChunkBeginsWithTheLastWordsOfTheOneBefore() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 1_000; i++) {
      text.append(i % 10).append(' ');
    }
    List<TextChunk> chunks = CHUNKER.chunks(text.toString());
    assertThat(chunks)
        .extracting(TextChunk::startChar)
        .containsExactly(0, 2 * (510 - 64), 4 * (510 - 64));
    assertThat(chunks).extracting(TextChunk::endChar).containsExactly(1_020, 1_912, 2_000);
  }

  @Test
  void chunksAreCutBetweenWords() {
    List<TextChunk> chunks =
        CHUNKER.chunks("unforgettableness counterrevolutionaries ".repeat(300));
    assertThat(chunks).hasSizeGreaterThan(2);
    assertThat(chunks)
        .allSatisfy(c -> assertThat(c.text()).matches("(unforg|counter)(?s).*(ness|ies) "));
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "!", "漢", "😀", "e\u0301", "ก", " ", "\u0000", "#a", "👩‍👩‍👧 "})
  void aFullContentOfOneThingIsChunked(String unit) {
    checkChunks(unit.repeat(64 * 1024 / unit.getBytes(StandardCharsets.UTF_8).length), CHUNKER);
  }

  @Property(tries = 300, shrinking = ShrinkingMode.BOUNDED)
  void chunksAreTheWholeTextEachWithinTheWindow(
      @ForAll("texts") String text,
      @ForAll("windows") int textTokens,
      @ForAll("prefixes") String prefix) {
    int tokensMax = textTokens + TOKENIZER.count(prefix);
    checkChunks(text, TextChunker.of(TOKENIZER, prefix, tokensMax, textTokens / 4));
  }

  @Test
  void aPrefixIsMeasuredWithTheWordThatItTouches() {
    int apart = TOKENIZER.count("un") + TOKENIZER.count("forgettable");
    assertThat(TOKENIZER.count("unforgettable")).isNotEqualTo(apart);
    checkChunks("forgettable ".repeat(100), TextChunker.of(TOKENIZER, "un", 24, 6));
    checkChunks("happiness".repeat(9), TextChunker.of(TOKENIZER, "un", 24, 6));
  }

  /** Half a character is a token here, which the text can't be cut behind. */
  @ParameterizedTest
  @ValueSource(
      strings = {"漢字", "😀", "👩‍👩‍👧 ", "e\u0301", "ไทย", "word ", "\u0000", "a漢😀 ", "\ufdfa"})
  void tokensOfBytesAreCutBetweenCharacters(String unit) {
    try (Tokenizer bytes = new Tokenizer(byteLevel())) {
      assertThat(bytes.count("漢")).isEqualTo(3);
      for (int tokensMax : new int[] {24, 31, 100}) {
        checkChunks(unit.repeat(200), TextChunker.of(bytes, "", tokensMax, tokensMax / 4));
      }
    }
  }

  /** As GPT-2's, without a merge: a token a byte, each by the character that stands for it. */
  private static String byteLevel() {
    StringBuilder vocabulary = new StringBuilder();
    int others = 256;
    for (int b = 0; b < 256; b++) {
      boolean itself = (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || b >= 174;
      vocabulary
          .append(b == 0 ? "" : ",")
          .append("\"\\u%04x\":%d".formatted(itself ? b : others++, b));
    }
    return """
    {"version":"1.0","added_tokens":[],"normalizer":null,"post_processor":null,"decoder":null,
     "pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,
     "use_regex":true},
     "model":{"type":"BPE","dropout":null,"unk_token":null,"vocab":{%s},"merges":[]}}
    """
        .formatted(vocabulary);
  }

  private static void checkChunks(String text, TextChunker chunker) {
    List<TextChunk> chunks = chunker.chunks(text);
    assertThat(chunks.getFirst().startChar()).isZero();
    assertThat(chunks.getLast().endChar()).isEqualTo(text.length());
    for (int i = 0; i < chunks.size(); i++) {
      TextChunk chunk = chunks.get(i);
      assertThat(chunk.index()).isEqualTo(i);
      assertThat(chunk.text()).isEqualTo(text.substring(chunk.startChar(), chunk.endChar()));
      assertThat(chunker.tokenizer().count(chunker.prefix() + chunk.text()))
          .isLessThanOrEqualTo(chunker.tokensMax());
      assertThat(insideAPair(text, chunk.startChar())).isFalse();
      assertThat(insideAPair(text, chunk.endChar())).isFalse();
      if (i > 0) {
        TextChunk before = chunks.get(i - 1);
        assertThat(chunk.startChar()).isGreaterThan(before.startChar());
        assertThat(chunk.startChar()).isLessThanOrEqualTo(before.endChar());
        assertThat(chunk.endChar()).isGreaterThan(before.endChar());
      }
    }
  }

  private static boolean insideAPair(String text, int at) {
    return at > 0
        && at < text.length()
        && Character.isSurrogatePair(text.charAt(at - 1), text.charAt(at));
  }

  @Provide
  Arbitrary<Integer> windows() {
    return Arbitraries.integers().between(6, 40);
  }

  /** None, as of a real model, and one that grows together with the word behind it. */
  @Provide
  Arbitrary<String> prefixes() {
    return Arbitraries.of("", "passage: ", "un");
  }

  /** Words, spaces, and single characters of many scripts, in every mixture. */
  @Provide
  Arbitrary<String> texts() {
    Arbitrary<String> anyCharacter =
        Arbitraries.integers()
            .between(0, Character.MAX_CODE_POINT)
            .filter(c -> c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE)
            .map(Character::toString);
    Arbitrary<String> piece =
        Arbitraries.frequencyOf(
            Tuple.of(4, Arbitraries.strings().alpha().ofMinLength(1).ofMaxLength(12)),
            Tuple.of(4, Arbitraries.of(" ", "\n", "  ", ", ", "-", "[SEP]", "##ing")),
            Tuple.of(
                3,
                Arbitraries.of(
                    "é",
                    "e\u0301",
                    "\u0301",
                    "ß",
                    "İ",
                    "Σ",
                    "ﬁ",
                    "한국",
                    "漢字",
                    "ไทย",
                    "नमस्ते",
                    "שלום",
                    "مرحبا",
                    "😀",
                    "👩‍👩‍👧",
                    "𝒳",
                    "🇩🇪",
                    "\u200d",
                    "\u0000",
                    "\ufeff")),
            Tuple.of(2, anyCharacter));
    return piece.list().ofMaxSize(200).map(pieces -> String.join("", pieces));
  }
}
