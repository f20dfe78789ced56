package io.rekindle.node.authn;

import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.AccessCommand.CreateKey;
import java.security.SecureRandom;
import java.time.Instant;

/** Makes API keys. Safe for use by many threads. */
public final class ApiKeyMint {
  /** The least length of the pepper: that of the hash. */
  public static final int PEPPER_BYTES_MIN = KeyedHash.BYTES;

  private final SecureRandom random = new SecureRandom();

  /**
   * A fresh key as the command describes it; its grants are the caller's to keep. Takes some
   * milliseconds.
   *
   * @throws RekindleException INVALID_ARGUMENT when the key would have expired already
   */
  public IssuedApiKey issue(CreateKey command, byte[] pepper, Instant now) {
    requirePepper(pepper);
    Instant expiresAt = command.expiresAt();
    if (expiresAt != null && !expiresAt.isAfter(now)) {
      throw RekindleException.invalid("expires_at", "a key must expire in the future");
    }
    ApiKeyText key = ApiKeyText.random(random);
    String text = key.format();
    byte[] salt = new byte[ScramVerifier.SALT_BYTES];
    random.nextBytes(salt);
    StoredApiKey stored =
        new StoredApiKey(
            key.id(),
            command.displayName(),
            command.scope(),
            command.agentId(),
            command.defaultNamespace(),
            key.mac(pepper),
            ScramVerifier.of(text, salt, ScramVerifier.ITERATIONS),
            now,
            expiresAt,
            null);
    return new IssuedApiKey(text, stored);
  }

  static byte[] requirePepper(byte[] pepper) {
    if (pepper.length < PEPPER_BYTES_MIN) {
      throw new IllegalArgumentException("a pepper has at least 32 bytes");
    }
    return pepper;
  }
}
