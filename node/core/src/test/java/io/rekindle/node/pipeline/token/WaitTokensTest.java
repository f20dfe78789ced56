package io.rekindle.node.pipeline.token;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.access.AccessPass;
import io.rekindle.node.access.Action;
import io.rekindle.node.model.ContentId;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.NamespacePath;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A token names one content to the API key that stored it, and to nobody else. */
class WaitTokensTest {
  private static final AccessPass STORE = TestPasses.of("aaaaaaaaaaaaaaaa", Action.STORE);
  private static final AccessPass SEARCH = TestPasses.of("aaaaaaaaaaaaaaaa", Action.SEARCH);
  private static final AccessPass OTHER = TestPasses.of("bbbbbbbbbbbbbbbb", Action.SEARCH);
  private static final ContentId CONTENT =
      new ContentId(
          NamespacePath.parse("company_a/support"),
          MemoryId.parse("0197f3a1-0000-7000-8000-000000000001"),
          3);

  private final TestTokenCipher cipher = new TestTokenCipher();
  private final WaitTokens tokens = new WaitTokens(cipher);
  private final String token = tokens.seal(STORE, CONTENT);

  @Test
  void aSearchReadsWhatAStoreOfItsKeyHasSealed() {
    assertThat(tokens.find(SEARCH, token)).isEqualTo(CONTENT);
  }

  @Test
  void anotherKeyFindsNothingInIt() {
    assertThat(tokens.find(OTHER, token)).isNull();
  }

  @Test
  void whatIsForgedOrCutIsNothing() {
    byte[] sealed = Base64.getUrlDecoder().decode(token);
    for (int i = 0; i < sealed.length; i++) {
      sealed[i] ^= 1;
      assertThat(tokens.find(SEARCH, Base64.getUrlEncoder().encodeToString(sealed))).isNull();
      sealed[i] ^= 1;
    }
    assertThat(tokens.find(SEARCH, "")).isNull();
    assertThat(tokens.find(SEARCH, "no base64!")).isNull();
    assertThat(tokens.find(SEARCH, "A".repeat(1 << 20))).isNull();
  }

  @Test
  void aPageTokenIsNone() {
    String page =
        new PageTokens(cipher).seal(SEARCH, Arrays.asList(), List.of("company_a", "id", "1"));

    assertThat(tokens.find(SEARCH, page)).isNull();
  }

  @Test
  void tellsNothingOfWhatItNames() {
    String bytes = new String(Base64.getUrlDecoder().decode(token), StandardCharsets.ISO_8859_1);

    assertThat(bytes).doesNotContain("company_a").doesNotContain("0197f3a1");
    assertThat(tokens.seal(STORE, CONTENT)).as("the same content again").isNotEqualTo(token);
  }
}
