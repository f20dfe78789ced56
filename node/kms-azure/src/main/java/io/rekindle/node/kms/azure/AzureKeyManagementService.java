package io.rekindle.node.kms.azure;

import io.rekindle.node.kms.Attempts;
import io.rekindle.node.kms.KeyManagementException;
import io.rekindle.node.kms.KeyManagementService;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.function.Function;

/**
 * An RSA key of Azure Key Vault or Managed HSM. What it wraps is the key together with a digest of
 * its associated data ({@link BoundKey}), and is kept with the version that wrapped it ({@link
 * WrappedKey}).
 *
 * <p>That the service unwraps something says that it was wrapped for this key, not by whom: who
 * knows the public key can do that, too. Safe for use by many threads.
 */
final class AzureKeyManagementService implements KeyManagementService {
  private final AzureHttp http;
  private final KeyVaultRequests requests;
  private final AzureLogin login;
  private final String key;
  private final String description;
  private final Attempts attempts;

  /**
   * @param http closed with this
   * @param vault its address, for operators
   * @param key its name
   */
  AzureKeyManagementService(
      AzureHttp http,
      KeyVaultRequests requests,
      AzureLogin login,
      String vault,
      String key,
      Attempts attempts) {
    this.http = http;
    this.requests = requests;
    this.login = login;
    this.key = key;
    this.description = "key " + key + " in Azure Key Vault at " + vault;
    this.attempts = attempts;
  }

  /**
   * Has what was wrapped be unwrapped at once, and believes no other answer: the service takes a
   * key that is switched off for wrapping still, where the public half is enough, and nobody could
   * have opened it.
   */
  @Override
  public byte[] wrap(byte[] key, byte[] associatedData) {
    byte[] joined = BoundKey.join(key, associatedData);
    try {
      WrappedKey wrapped = ask(token -> requests.wrap(joined, token));
      byte[] unwrapped = ask(token -> unwrapOwn(wrapped, token));
      boolean isSame = MessageDigest.isEqual(joined, unwrapped);
      Arrays.fill(unwrapped, (byte) 0);
      if (!isSame) {
        throw KeyVaultRequests.nonsense();
      }
      return wrapped.encode(this.key);
    } finally {
      Arrays.fill(joined, (byte) 0);
    }
  }

  /** Of what the service has just wrapped; that this was not its own is no sensible answer. */
  private byte[] unwrapOwn(WrappedKey wrapped, String token) {
    try {
      return requests.unwrap(wrapped, token);
    } catch (KeyManagementException e) {
      throw e.probe() == Probe.OK ? KeyVaultRequests.nonsense() : e;
    }
  }

  @Override
  public byte[] unwrap(byte[] wrapped, byte[] associatedData) {
    WrappedKey envelope = WrappedKey.decode(wrapped, key);
    byte[] joined = ask(token -> requests.unwrap(envelope, token));
    try {
      return BoundKey.part(joined, associatedData);
    } finally {
      Arrays.fill(joined, (byte) 0);
    }
  }

  private <T> T ask(Function<String, T> request) {
    return attempts.ask(() -> askOnce(request));
  }

  private <T> T askOnce(Function<String, T> request) {
    String token = login.token();
    try {
      return request.apply(token);
    } catch (StaleLoginException stale) {
      login.forget(token);
      try {
        return request.apply(login.token());
      } catch (StaleLoginException e) {
        throw e.meaning();
      }
    }
  }

  @Override
  public void logOut() {
    login.forget();
  }

  @Override
  public String describe() {
    return description;
  }

  @Override
  public void close() {
    http.close();
  }
}
