package io.rekindle.node.kms.azure;

import com.azure.core.http.HttpPipeline;
import com.azure.core.http.HttpPipelineBuilder;
import com.azure.core.util.Context;
import com.azure.security.keyvault.keys.cryptography.CryptographyClient;
import com.azure.security.keyvault.keys.cryptography.CryptographyClientBuilder;
import com.azure.security.keyvault.keys.cryptography.CryptographyServiceVersion;
import com.azure.security.keyvault.keys.cryptography.models.KeyWrapAlgorithm;
import com.azure.security.keyvault.keys.cryptography.models.UnwrapResult;
import com.azure.security.keyvault.keys.cryptography.models.WrapResult;
import io.rekindle.node.kms.KeyManagementException;
import io.rekindle.node.kms.KeyManagementService.Probe;
import java.net.URI;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Single requests to a vault, by the SDK. Safe for use by many threads.
 *
 * <p>Left to itself, the SDK would fetch the key, which takes a right more, and wrap with what it
 * fetched, also when the key is long switched off. So it keeps no keys; and it has a pipeline
 * without its own policies, which retry, log, trace, read the environment, and send a first request
 * without a token to be told by the answer whom to log in to.
 */
final class KeyVaultRequests {
  private static final KeyWrapAlgorithm ALGORITHM = KeyWrapAlgorithm.RSA_OAEP_256;

  /** Of the years 2023 and on, and of all clouds; what is asked here has not changed since 7.0. */
  private static final CryptographyServiceVersion API = CryptographyServiceVersion.V7_4;

  private static final int HTTPS_PORT = 443;

  private final URI vault;
  private final String keyAddress;
  private final Pattern keyPath;
  private final HttpPipeline pipeline;

  /**
   * @param vault with nothing but a host and a port
   * @param key its name, of letters, digits and '-'
   */
  KeyVaultRequests(AzureHttp http, URI vault, String key) {
    this.vault = vault;
    this.keyAddress = vault + "/keys/" + key;
    this.keyPath =
        Pattern.compile(
            "/keys/" + Pattern.quote(key) + "/(" + WrappedKey.VERSION.pattern() + ")/?",
            Pattern.CASE_INSENSITIVE);
    this.pipeline = new HttpPipelineBuilder().httpClient(new KeyVaultConnection(http)).build();
  }

  /**
   * Wraps under the newest version of the key, which the service finds.
   *
   * @throws KeyManagementException when it does not, or gives no sensible answer
   * @throws StaleLoginException when the login may be at fault
   */
  WrappedKey wrap(byte[] plaintext, String token) {
    WrapResult result =
        sensible(() -> client(keyAddress).wrapKey(ALGORITHM, plaintext, context(token)));
    byte[] bytes = result.getEncryptedKey();
    if (!WrappedKey.isPossible(bytes)) {
      throw nonsense();
    }
    return new WrappedKey(version(result.getKeyId()), bytes);
  }

  /**
   * The reverse of {@link #wrap}, under the version that wrapped.
   *
   * @throws KeyManagementException with {@link Probe#OK} when it did not; else as {@link #wrap}
   * @throws StaleLoginException when the login may be at fault
   */
  byte[] unwrap(WrappedKey wrapped, String token) {
    String address = keyAddress + "/" + wrapped.version();
    UnwrapResult result =
        sensible(() -> client(address).unwrapKey(ALGORITHM, wrapped.bytes(), context(token)));
    if (!version(result.getKeyId()).equals(wrapped.version())) {
      throw nonsense();
    }
    return result.getKey();
  }

  private CryptographyClient client(String address) {
    return new CryptographyClientBuilder()
        .keyIdentifier(address)
        .pipeline(pipeline)
        .serviceVersion(API)
        .disableKeyCaching()
        .buildClient();
  }

  private static Context context(String token) {
    return new Context(KeyVaultConnection.TOKEN, token);
  }

  /** What the SDK can't read is no answer; what it says of that may repeat it. */
  private static <T> T sensible(Supplier<T> request) {
    try {
      return request.get();
    } catch (KeyManagementException | StaleLoginException e) {
      throw e;
    } catch (RuntimeException e) {
      throw nonsense();
    }
  }

  /** Of an answer's key id, which must be of our vault and key. */
  private String version(@Nullable String keyId) {
    URI id;
    try {
      id = URI.create(keyId == null ? "" : keyId);
    } catch (IllegalArgumentException e) {
      throw nonsense();
    }
    Matcher path = keyPath.matcher(id.getRawPath() == null ? "" : id.getRawPath());
    if (!"https".equals(id.getScheme())
        || !vault.getHost().equalsIgnoreCase(id.getHost())
        || port(vault) != port(id)
        || !path.matches()) {
      throw nonsense();
    }
    return path.group(1).toLowerCase(Locale.ROOT);
  }

  private static int port(URI address) {
    return address.getPort() == -1 ? HTTPS_PORT : address.getPort();
  }

  static KeyManagementException nonsense() {
    return new KeyManagementException(
        Probe.UNREACHABLE, "Azure Key Vault gives no sensible answer", "no sensible answer", null);
  }
}
