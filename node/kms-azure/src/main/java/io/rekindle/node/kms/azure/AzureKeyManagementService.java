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
  private final String vault;
  private final String key;
  private final String description;
  private final Attempts attempts;

  /** Whether this vault has unwrapped what another one wrapped: the key was restored here. */
  private volatile boolean isRestored;

  /**
   * @param http closed with this
   * @param vault its address, in small letters
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
    this.vault = vault;
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
      return wrapped.encode(vault, this.key);
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
    WrappedKey envelope = WrappedKey.decode(wrapped, vault, key);
    byte[] joined = ask(token -> unwrap(envelope, token));
    try {
      return BoundKey.part(joined, associatedData);
    } finally {
      Arrays.fill(joined, (byte) 0);
    }
  }

  /**
   * A key that was backed up and restored in another vault unwraps there what it wrapped before, so
   * that what names another vault is tried all the same. A vault that never did so does not refuse
   * its own key: it lacks that one, or knows another by this name.
   */
  private byte[] unwrap(WrappedKey wrapped, String token) {
    try {
      byte[] joined = requests.unwrap(wrapped, token);
      isRestored |= wrapped.isElsewhere();
      return joined;
    } catch (KeyManagementException e) {
      throw meaning(e, wrapped);
    } catch (StaleLoginException e) {
      throw new StaleLoginException(meaning(e.meaning(), wrapped));
    }
  }

  private KeyManagementException meaning(KeyManagementException refusal, WrappedKey wrapped) {
    return refusal.probe() == Probe.REVOKED && wrapped.isElsewhere() && !isRestored
        ? new KeyManagementException(
            Probe.OK,
            "wrapped by a key of another Azure Key Vault",
            "wrapped in another vault; this one says " + refusal.reason(),
            refusal)
        : refusal;
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
