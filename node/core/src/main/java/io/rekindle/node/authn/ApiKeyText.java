package io.rekindle.node.authn;

import io.rekindle.node.model.ApiKeyId;
import java.nio.charset.StandardCharsets;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * The written form of an API key: {@code rk_live_<id>_<secret><crc>}, 72 characters.
 *
 * <p>The id is 16 characters of lower-case base 32, the secret 40 (200 bits), and the last 7 are
 * the CRC-32 of all before them: a scanner for leaked keys knows one when it sees it, and a typo is
 * noticed before anything is looked up. Lower case and without look-alikes ({@code 0 1 8 9}), it
 * survives being read aloud.
 */
record ApiKeyText(ApiKeyId id, String secret) {
  static final String PREFIX = "rk_live_";
  static final int TEXT_LENGTH = 72;

  private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";
  private static final int ID_LENGTH = 16;
  private static final int SECRET_LENGTH = 40;
  private static final int CRC_LENGTH = 7;
  private static final Pattern FORM =
      Pattern.compile("((?:rk_live_)([a-z2-7]{16})_([a-z2-7]{40}))([a-z2-7]{7})");

  /** A new id and a new secret. */
  static ApiKeyText random(RandomGenerator random) {
    return new ApiKeyText(new ApiKeyId(letters(random, ID_LENGTH)), letters(random, SECRET_LENGTH));
  }

  /** Reads a key, or null when it was not written by {@link #format}. */
  static @Nullable ApiKeyText find(String text) {
    if (text.length() != TEXT_LENGTH) {
      return null;
    }
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches() || !crc(matcher.group(1)).equals(matcher.group(4))) {
      return null;
    }
    return new ApiKeyText(new ApiKeyId(matcher.group(2)), matcher.group(3));
  }

  /** The key as its owner gets it. */
  String format() {
    String body = PREFIX + id + "_" + secret;
    return body + crc(body);
  }

  /**
   * What is stored in the secret's place. The id is hashed with it, so that one key's record is no
   * proof under another's id.
   */
  byte[] mac(byte[] pepper) {
    return KeyedHash.of(pepper, (id + "_" + secret).getBytes(StandardCharsets.US_ASCII));
  }

  private static String letters(RandomGenerator random, int length) {
    StringBuilder letters = new StringBuilder(length);
    for (int i = 0; i < length; i++) {
      letters.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
    }
    return letters.toString();
  }

  private static String crc(String body) {
    CRC32 crc = new CRC32();
    crc.update(body.getBytes(StandardCharsets.US_ASCII));
    StringBuilder letters = new StringBuilder(CRC_LENGTH);
    for (int i = CRC_LENGTH - 1; i >= 0; i--) {
      letters.append(ALPHABET.charAt((int) (crc.getValue() >>> (5 * i)) & 31));
    }
    return letters.toString();
  }

  @Override
  public String toString() {
    return "ApiKeyText[" + id + "]";
  }
}
