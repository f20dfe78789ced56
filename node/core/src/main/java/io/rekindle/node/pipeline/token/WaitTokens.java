package io.rekindle.node.pipeline.token;

import io.rekindle.node.access.AccessPass;
import io.rekindle.node.model.ContentId;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.NamespacePath;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes and reads the tokens by which a search waits for what was stored. A token is sealed, so
 * that it tells nothing and can't be made up, and bound to the API key that stored. It opens no
 * door: whoever brings it is shown no more than what the search itself may show. Thread-safe.
 */
public final class WaitTokens {
  /** Not the id of an action, so that no page token is one of these. */
  private static final String KIND = "wait_for";

  private final SealedWords sealed;

  public WaitTokens(TokenCipher cipher) {
    this.sealed = new SealedWords(cipher);
  }

  /** The token of a content. */
  public String seal(AccessPass pass, ContentId content) {
    return sealed.seal(
        context(pass),
        List.of(
            content.namespace().toString(),
            content.memoryId().toString(),
            Long.toString(content.contentVersion())));
  }

  /** What a token names; null when it is none, or one of another API key. */
  public @Nullable ContentId find(AccessPass pass, String token) {
    List<String> words = sealed.find(context(pass), token);
    return words == null
        ? null
        : new ContentId(
            NamespacePath.parse(words.get(0)),
            MemoryId.parse(words.get(1)),
            Long.parseLong(words.get(2)));
  }

  private static List<@Nullable String> context(AccessPass pass) {
    return Arrays.asList(pass.principal().keyId().value(), KIND);
  }
}
