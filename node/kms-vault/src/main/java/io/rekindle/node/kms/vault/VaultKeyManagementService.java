package io.rekindle.node.kms.vault;

import io.github.jopenlibs.vault.json.JsonObject;
import io.github.jopenlibs.vault.json.JsonValue;
import io.rekindle.node.kms.Attempts;
import io.rekindle.node.kms.KeyManagementException;
import io.rekindle.node.kms.KeyManagementService;
import io.rekindle.node.kms.vault.VaultLogin.Shown;
import io.rekindle.node.kms.vault.VaultRequests.Answer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;

/**
 * A key of the secrets engine Transit, of a type that binds associated data, as {@code
 * aes256-gcm96}. What it wraps is Vault's own text, {@code vault:v1:...}, which names the version
 * of the key.
 *
 * <p>A refusal (403) may be of an expired login as well as of the key, so that it counts only after
 * a fresh one. Safe for use by many threads.
 */
final class VaultKeyManagementService implements KeyManagementService {
  private static final String WRAPPED = "vault:v";
  private static final int WRAPPED_BYTES_MAX = 8 << 10;

  /** What no key has wrapped: it is of a version that none has yet. */
  private static final String NOTHING = WRAPPED + "999999:" + base64(new byte[28]);

  private final VaultRequests requests;
  private final VaultLogin login;
  private final String mount;
  private final String key;
  private final Attempts attempts;

  VaultKeyManagementService(
      VaultRequests requests, VaultLogin login, String mount, String key, Attempts attempts) {
    this.requests = requests;
    this.login = login;
    this.mount = mount;
    this.key = key;
    this.attempts = attempts;
  }

  /**
   * Asks first whether there is such a key: to encrypt under one that is not there, or no more,
   * makes it, where the policy has {@code create}.
   */
  @Override
  public byte[] wrap(byte[] key, byte[] associatedData) {
    requireKey();
    String wrapped =
        ask(
            "encrypt",
            Map.of("plaintext", base64(key), "associated_data", base64(associatedData)),
            "ciphertext");
    if (!isWrapped(wrapped)) {
      throw nonsense();
    }
    return wrapped.getBytes(StandardCharsets.US_ASCII);
  }

  private void requireKey() {
    try {
      var _ = ask("decrypt", Map.of("ciphertext", NOTHING), "plaintext");
    } catch (KeyManagementException e) {
      if (e.probe() == Probe.OK) {
        return; // It knows the key, and that it has not wrapped this.
      }
      throw e;
    }
    throw nonsense();
  }

  @Override
  public byte[] unwrap(byte[] wrapped, byte[] associatedData) {
    String text = new String(wrapped, StandardCharsets.US_ASCII);
    if (!isWrapped(text)) {
      throw new KeyManagementException(Probe.OK, "not wrapped by Vault", null);
    }
    String unwrapped =
        ask(
            "decrypt",
            Map.of("ciphertext", text, "associated_data", base64(associatedData)),
            "plaintext");
    try {
      return Base64.getDecoder().decode(unwrapped);
    } catch (IllegalArgumentException e) {
      throw nonsense();
    }
  }

  private static boolean isWrapped(String text) {
    return text.startsWith(WRAPPED) && text.length() <= WRAPPED_BYTES_MAX;
  }

  private static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }

  private static KeyManagementException nonsense() {
    return new KeyManagementException(Probe.UNREACHABLE, "Vault gives no sensible answer", null);
  }

  private String ask(String operation, Map<String, Object> fields, String result) {
    String path = mount + "/" + operation + "/" + key;
    return attempts.ask(() -> askOnce(path, fields, result));
  }

  private String askOnce(String path, Map<String, Object> fields, String result) {
    Shown shown = login.shown();
    Answer answer = requests.write(path, fields, shown.token());
    if (answer.isForbidden()) {
      login.forget(shown);
      shown = login.shown();
      answer = requests.write(path, fields, shown.token());
    }
    if (answer.isForbidden() && !shown.isKnown()) {
      throw new KeyManagementException(
          Probe.UNREACHABLE,
          "Vault does not know the token, or says nothing of it",
          "login: the token is over, or may not look itself up: " + answer.reason(),
          null);
    }
    if (answer.isRefusal()) {
      throw new KeyManagementException(meaning(answer), "Vault refuses", answer.reason(), null);
    }
    JsonObject data = answer.part("data");
    JsonValue value = data == null ? null : data.get(result);
    if (value == null || !value.isString()) {
      throw nonsense();
    }
    return value.asString();
  }

  /** What a refusal says of the key; texts are those of Vault and of its engine Transit. */
  private static Probe meaning(Answer answer) {
    String errors = answer.errors();
    if (answer.isForbidden()) {
      // A token of a file, that nobody renewed: who asks is not known, which is not the key's.
      return errors.contains("invalid token") ? Probe.UNREACHABLE : Probe.REVOKED;
    }
    boolean gone =
        errors.contains("encryption key not found")
            || errors.contains("no existing key")
            || errors.contains("soft-deleted key")
            || errors.contains("disallowed by policy");
    return gone ? Probe.REVOKED : Probe.OK;
  }

  @Override
  public void logOut() {
    login.forget();
  }

  @Override
  public String describe() {
    return "key " + key + " of " + mount + " in Vault at " + requests.address();
  }

  @Override
  public void close() {
    requests.close();
  }
}
