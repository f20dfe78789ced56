package io.rekindle.node.pipeline.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.rekindle.node.access.AccessPass;
import io.rekindle.node.access.Action;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A token continues the very request that it came from, and tells nothing. */
class PageTokensTest {
  private static final AccessPass PASS = TestPasses.of("aaaaaaaaaaaaaaaa", Action.LIST);
  private static final List<@Nullable String> WORDS = Arrays.asList("a/b", null, "filter");
  private static final List<String> POSITION = List.of("2026-01-01T00:00:00Z", "\u00e9", "");

  private final PageTokens tokens = new PageTokens(new TestTokenCipher());
  private final String token = tokens.seal(PASS, WORDS, POSITION);

  @Test
  void theSameRequestIsContinuedWhereItStopped() {
    assertThat(tokens.open(PASS, WORDS, token)).isEqualTo(POSITION);
    assertThat(tokens.open(TestPasses.of("aaaaaaaaaaaaaaaa", Action.LIST), WORDS, token))
        .as("under another pass of the same key")
        .isEqualTo(POSITION);
  }

  @Test
  void anotherKeyOrActionIsRefused() {
    assertRefused(TestPasses.of("bbbbbbbbbbbbbbbb", Action.LIST), WORDS, token);
    assertRefused(TestPasses.of("aaaaaaaaaaaaaaaa", Action.SEARCH), WORDS, token);
  }

  @Test
  void otherWordsAreRefusedHoweverTheyAreCut() {
    assertRefused(PASS, Arrays.asList("a/b", null, "filter2"), token);
    assertRefused(PASS, Arrays.asList("a/b", "", "filter"), token);
    assertRefused(PASS, Arrays.asList("a/bfilter", null, ""), token);
    assertRefused(PASS, Arrays.asList("a/b", "filter"), token);
    assertRefused(PASS, Arrays.asList("a/b", null, "filter", null), token);
  }

  @Test
  void whatIsNoTokenOfOursIsRefused() {
    byte[] sealed = Base64.getUrlDecoder().decode(token);
    for (int i = 0; i < sealed.length; i++) {
      sealed[i] ^= 1;
      assertRefused(PASS, WORDS, Base64.getUrlEncoder().withoutPadding().encodeToString(sealed));
      sealed[i] ^= 1;
    }
    assertRefused(PASS, WORDS, "");
    assertRefused(PASS, WORDS, "no base64!");
    assertRefused(PASS, WORDS, token.substring(0, token.length() / 2));
  }

  @Test
  void aTokenTooLongToBeOursIsNotEvenDecoded() {
    PageTokens untouched = new PageTokens(new Untouched());
    assertRefused(untouched, PASS, WORDS, "A".repeat(4_098));
    assertThatExceptionOfType(AssertionError.class)
        .as("one that is not")
        .isThrownBy(() -> untouched.open(PASS, WORDS, "A".repeat(4_096)));
  }

  @Test
  void aTokenDoesNotShowThePosition() {
    String secret = "position-in-clear";
    byte[] bytes = Base64.getUrlDecoder().decode(tokens.seal(PASS, WORDS, List.of(secret)));
    assertThat(new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1))
        .doesNotContain(secret)
        .doesNotContain("a/b");
  }

  private record Untouched() implements TokenCipher {
    @Override
    public byte[] seal(byte[] plaintext, byte[] associatedData) {
      throw new AssertionError();
    }

    @Override
    public byte[] open(byte[] sealed, byte[] associatedData) {
      throw new AssertionError();
    }
  }

  private void assertRefused(AccessPass pass, List<@Nullable String> words, String text) {
    assertRefused(tokens, pass, words, text);
  }

  private static void assertRefused(
      PageTokens tokens, AccessPass pass, List<@Nullable String> words, String text) {
    assertThatExceptionOfType(RekindleException.class)
        .isThrownBy(() -> tokens.open(pass, words, text))
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.PAGE_TOKEN_INVALID));
  }
}
