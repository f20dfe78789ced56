package io.rekindle.node.pipeline.token;

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
 * What every token is: some words, sealed, so that it tells nothing and can't be altered, and bound
 * to other words, so that it is worth nothing in another place. Thread-safe.
 */
final class SealedWords {
  /** Over this no token of ours can be; nothing larger is decoded. */
  private static final int TOKEN_CHARACTERS_MAX = 4_096;

  private final TokenCipher cipher;

  SealedWords(TokenCipher cipher) {
    this.cipher = cipher;
  }

  /**
   * Seals words.
   *
   * @param binding what must be the same when the token is opened
   */
  String seal(List<@Nullable String> binding, List<String> words) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(cipher.seal(write(words), write(binding)));
  }

  /** The words of a token; null when it is not one of ours with this binding, whatever it is. */
  @Nullable List<String> find(List<@Nullable String> binding, String token) {
    if (token.length() > TOKEN_CHARACTERS_MAX) {
      return null;
    }
    try {
      return read(cipher.open(Base64.getUrlDecoder().decode(token), write(binding)));
    } catch (IllegalArgumentException | RekindleException e) {
      // Every reason has the same answer: a token says nothing about why it is refused.
      return null;
    }
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
