package io.rekindle.node.authn;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/**
 * What a server keeps for SCRAM-SHA-256 (RFC 5802, RFC 7677): enough to check a client's proof and
 * to prove itself, not enough to log in elsewhere.
 *
 * <p>The user is the API key's id, the password its whole text, which is ASCII, so that SASLprep
 * changes nothing. The arrays are not copied and not to be changed.
 *
 * @param salt 16 random bytes
 * @param iterations of PBKDF2; at least 4,096
 * @param storedKey SHA-256 of the client key, 32 bytes
 * @param serverKey 32 bytes
 */
public record ScramVerifier(byte[] salt, int iterations, byte[] storedKey, byte[] serverKey) {
  /**
   * RFC 7677's minimum. More would slow an attacker who guesses passwords; a secret of 200 random
   * bits cannot be guessed at any speed.
   */
  public static final int ITERATIONS = 4_096;

  public static final int SALT_BYTES = 16;

  private static final int KEY_BITS = 256;

  /** Runs PBKDF2, some milliseconds of work: when a key is issued, never when it is used. */
  static ScramVerifier of(String password, byte[] salt, int iterations) {
    if (iterations < ITERATIONS) {
      throw new IllegalArgumentException("SCRAM-SHA-256 asks for at least 4096 iterations");
    }
    PBEKeySpec spec = new PBEKeySpec(password.toCharArray(), salt, iterations, KEY_BITS);
    try {
      byte[] salted =
          SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256").generateSecret(spec).getEncoded();
      byte[] clientKey = KeyedHash.of(salted, ascii("Client Key"));
      byte[] storedKey = MessageDigest.getInstance("SHA-256").digest(clientKey);
      return new ScramVerifier(
          salt, iterations, storedKey, KeyedHash.of(salted, ascii("Server Key")));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has PBKDF2 and SHA-256", e);
    } finally {
      spec.clearPassword();
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  @Override
  public String toString() {
    return "ScramVerifier[" + iterations + " iterations]";
  }
}
