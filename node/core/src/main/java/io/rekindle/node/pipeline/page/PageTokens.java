package io.rekindle.node.pipeline.page;

import io.rekindle.node.access.AccessPass;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes and reads page tokens. A token is sealed, and bound to the API key, the action and the
 * words of the command, so that it tells nothing, can't be altered, and continues only the very
 * request that it came from. Thread-safe.
 */
public final class PageTokens {
  /** Over this no token of ours can be; nothing larger is decoded. */
  private static final int TOKEN_CHARACTERS_MAX = 4_096;

  private final TokenCipher cipher;

  public PageTokens(TokenCipher cipher) {
    this.cipher = cipher;
  }

  /** Authenticated encryption of tokens; {@code keyring} has it. */
  public interface TokenCipher {
    byte[] seal(byte[] plaintext, byte[] associatedData);

    /** Opens a token, or throws a RekindleException when it is not one of ours. */
    byte[] open(byte[] sealed, byte[] associatedData);
  }

  /**
   * Seals a position.
   *
   * @param binding the words of the command, besides the page itself and its size
   */
  public String seal(AccessPass pass, List<@Nullable String> binding, List<String> position) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(cipher.seal(write(position), context(pass, binding)));
  }

  /**
   * Opens a token.
   *
   * @return the position, as it was sealed
   * @throws RekindleException PAGE_TOKEN_INVALID
   */
  public List<String> open(AccessPass pass, List<@Nullable String> binding, String token) {
    if (token.length() <= TOKEN_CHARACTERS_MAX) {
      try {
        byte[] sealed = Base64.getUrlDecoder().decode(token);
        return read(cipher.open(sealed, context(pass, binding)));
      } catch (IllegalArgumentException | RekindleException e) {
        // Every reason has the one answer below: a token says nothing about why it is refused.
      }
    }
    throw new RekindleException(
        ErrorCode.PAGE_TOKEN_INVALID, "the page token is not of this request and this API key");
  }

  private static byte[] context(AccessPass pass, List<@Nullable String> binding) {
    List<@Nullable String> words = new java.util.ArrayList<>();
    words.add(pass.principal().keyId().value());
    words.add(pass.action().id());
    words.addAll(binding);
    return write(words);
  }

  private static byte[] write(List<? extends @Nullable String> words) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeInt(words.size());
      for (String word : words) {
        byte[] utf8 = word == null ? null : word.getBytes(StandardCharsets.UTF_8);
        out.writeInt(utf8 == null ? -1 : utf8.length);
        out.write(utf8 == null ? new byte[0] : utf8);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static List<String> read(byte[] bytes) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      String[] words = new String[in.readInt()];
      for (int i = 0; i < words.length; i++) {
        words[i] = new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8);
      }
      return List.of(words);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
