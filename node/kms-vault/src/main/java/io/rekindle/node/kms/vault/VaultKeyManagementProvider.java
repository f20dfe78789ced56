package io.rekindle.node.kms.vault;

import io.rekindle.node.config.CustomerKeyConfig;
import io.rekindle.node.config.VaultKeysConfig;
import io.rekindle.node.error.StartRefusedException;
import io.rekindle.node.kms.Attempts;
import io.rekindle.node.kms.CredentialFile;
import io.rekindle.node.kms.KeyManagementProvider;
import io.rekindle.node.kms.KeyManagementService;
import io.rekindle.node.kms.http.KeyServiceHttp;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/** The provider {@code vault}. */
public final class VaultKeyManagementProvider implements KeyManagementProvider {
  private static final String PREFIX = "rekindle.keys.vault.";

  /** What a path of Vault's may be of without being another path. */
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*");

  private static final Pattern PATH = Pattern.compile(NAME + "(/" + NAME + ")*");

  @Override
  public String name() {
    return "vault";
  }

  @Override
  public KeyManagementService open(CustomerKeyConfig settings, Path dataFolder) {
    VaultKeysConfig vault = settings.vault();
    Attempts attempts = Attempts.of(settings);
    String address = address(vault);
    String mount = matching("mount", PATH, vault.mount());
    String key = matching("key", NAME, required("key", vault.key()));
    VaultRequests requests =
        new VaultRequests(
            address,
            vault.namespace().map(path -> matching("namespace", PATH, path.replaceAll("/$", ""))),
            KeyServiceHttp.client(vault.caFile().map(dataFolder::resolve), attempts.timeout()));
    try {
      VaultLogin login = new VaultLogin(requests, credentials(vault, dataFolder), System::nanoTime);
      return new VaultKeyManagementService(requests, login, mount, key, attempts);
    } catch (StartRefusedException e) {
      requests.close();
      throw e;
    }
  }

  private static String address(VaultKeysConfig vault) {
    String given = required("address", vault.address()).replaceAll("/+$", "");
    URI address;
    try {
      address = URI.create(given);
    } catch (IllegalArgumentException e) {
      throw new StartRefusedException(PREFIX + "address is not an address.", e);
    }
    if (!"https".equals(address.getScheme()) || address.getHost() == null) {
      throw new StartRefusedException(
          PREFIX + "address must begin with https://, and have a host.");
    }
    if (!address.getRawPath().isEmpty()
        || address.getRawQuery() != null
        || address.getRawFragment() != null
        || address.getRawUserInfo() != null) {
      throw new StartRefusedException(PREFIX + "address must have nothing but a host and a port.");
    }
    return given;
  }

  private static VaultCredentials credentials(VaultKeysConfig vault, Path dataFolder) {
    return switch (vault.login()) {
      case TOKEN ->
          new VaultCredentials.Token(
              file("token-file", dataFolder, required("token-file", vault.tokenFile())));
      case APP_ROLE ->
          new VaultCredentials.AppRole(
              matching("login-mount", PATH, vault.loginMount().orElse("approle")),
              required("role", vault.role()),
              file("secret-id-file", dataFolder, required("secret-id-file", vault.secretIdFile())));
      case KUBERNETES ->
          new VaultCredentials.Kubernetes(
              matching("login-mount", PATH, vault.loginMount().orElse("kubernetes")),
              required("role", vault.role()),
              file("service-account-file", dataFolder, vault.serviceAccountFile()));
    };
  }

  private static CredentialFile file(String name, Path dataFolder, Path path) {
    return new CredentialFile(PREFIX + name, dataFolder.resolve(path));
  }

  private static <T> T required(String name, Optional<T> value) {
    return value.orElseThrow(
        () -> new StartRefusedException("The provider vault needs " + PREFIX + name + "."));
  }

  private static String matching(String name, Pattern pattern, String value) {
    if (!pattern.matcher(value).matches()) {
      throw new StartRefusedException(
          PREFIX + name + " may have letters, digits, '.', '_' and '-' alone.");
    }
    return value;
  }
}
