package io.rekindle.node.pipeline.token;

import io.rekindle.node.access.AccessPass;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes and reads page tokens. A token is sealed, and bound to the API key, the action and the
 * words of the command, so that it tells nothing, can't be altered, and continues only the very
 * request that it came from. Thread-safe.
 */
public final class PageTokens {
  private final SealedWords sealed;

  public PageTokens(TokenCipher cipher) {
    this.sealed = new SealedWords(cipher);
  }

  /**
   * Seals a position.
   *
   * @param binding the words of the command, besides the page itself and its size
   */
  public String seal(AccessPass pass, List<@Nullable String> binding, List<String> position) {
    return sealed.seal(context(pass, binding), position);
  }

  /**
   * Opens a token.
   *
   * @return the position, as it was sealed
   * @throws RekindleException PAGE_TOKEN_INVALID
   */
  public List<String> open(AccessPass pass, List<@Nullable String> binding, String token) {
    List<String> position = sealed.find(context(pass, binding), token);
    if (position == null) {
      throw new RekindleException(
          ErrorCode.PAGE_TOKEN_INVALID, "the page token is not of this request and this API key");
    }
    return position;
  }

  private static List<@Nullable String> context(AccessPass pass, List<@Nullable String> binding) {
    List<@Nullable String> words = new ArrayList<>();
    words.add(pass.principal().keyId().value());
    words.add(pass.action().id());
    words.addAll(binding);
    return words;
  }
}
