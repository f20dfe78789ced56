package io.rekindle.node.kms.azure;

import io.rekindle.node.config.AzureKeysConfig;
import io.rekindle.node.config.CustomerKeyConfig;
import io.rekindle.node.error.StartRefusedException;
import io.rekindle.node.kms.Attempts;
import io.rekindle.node.kms.CredentialFile;
import io.rekindle.node.kms.KeyManagementProvider;
import io.rekindle.node.kms.KeyManagementService;
import io.rekindle.node.kms.http.KeyServiceHttp;
import java.net.URI;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The provider {@code azure}. */
public final class AzureKeyManagementProvider implements KeyManagementProvider {
  private static final String PREFIX = "rekindle.keys.azure.";

  private static final Pattern KEY = Pattern.compile("[A-Za-z0-9-]{1,127}");
  private static final Pattern ID =
      Pattern.compile("\\p{XDigit}{8}(-\\p{XDigit}{4}){3}-\\p{XDigit}{12}");

  /** Its id, or a domain of its own; not what stands for several tenants, as {@code common}. */
  private static final Pattern TENANT = Pattern.compile(ID + "|[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)+");

  /** What all vaults of a cloud have in common is what tokens are for. */
  private static final Pattern VAULT_HOST = Pattern.compile("[^.]+\\.((vault|managedhsm)\\..+)");

  private static final String PUBLIC_CLOUD = "https://vault.azure.net";

  private final URI metadataService;

  public AzureKeyManagementProvider() {
    this(ManagedIdentity.SERVICE);
  }

  /** For tests, which have no machine of Azure. */
  AzureKeyManagementProvider(URI metadataService) {
    this.metadataService = metadataService;
  }

  @Override
  public String name() {
    return "azure";
  }

  @Override
  public KeyManagementService open(CustomerKeyConfig settings, Path dataFolder) {
    AzureKeysConfig azure = settings.azure();
    Attempts attempts = Attempts.of(settings);
    URI vault = address("vault", required("vault", azure.vault()));
    String key =
        matching(
            "key", KEY, required("key", azure.key()), "may have letters, digits and '-' alone");
    AzureHttp http =
        new AzureHttp(
            KeyServiceHttp.client(azure.caFile().map(dataFolder::resolve), attempts.timeout()));
    try {
      AzureCredentials credentials =
          credentials(azure, dataFolder, http, resource(vault.getHost()));
      return new AzureKeyManagementService(
          http,
          new KeyVaultRequests(http, vault, key),
          new AzureLogin(credentials, System::nanoTime),
          vault.toString(),
          key,
          attempts);
    } catch (StartRefusedException e) {
      http.close();
      throw e;
    }
  }

  /** What a token has to be for that a vault of this name takes; never a matter of its answers. */
  static String resource(String host) {
    Matcher cloud = VAULT_HOST.matcher(host);
    return cloud.matches() ? "https://" + cloud.group(1) : PUBLIC_CLOUD;
  }

  private AzureCredentials credentials(
      AzureKeysConfig azure, Path dataFolder, AzureHttp http, String resource) {
    return switch (azure.login()) {
      case CLIENT_SECRET ->
          application(
              azure,
              http,
              new EntraApplication.Secret(
                  file(
                      "client-secret-file",
                      dataFolder,
                      required("client-secret-file", azure.clientSecretFile()))),
              resource);
      case WORKLOAD_IDENTITY ->
          application(
              azure,
              http,
              new EntraApplication.FederatedToken(
                  file("federated-token-file", dataFolder, azure.federatedTokenFile())),
              resource);
      case MANAGED_IDENTITY ->
          new ManagedIdentity(
              http, metadataService, azure.client().map(AzureKeyManagementProvider::id), resource);
    };
  }

  private static AzureCredentials application(
      AzureKeysConfig azure, AzureHttp http, EntraApplication.Shown shown, String resource) {
    return new EntraApplication(
        http,
        address("authority", azure.authority()).toString(),
        matching(
            "tenant",
            TENANT,
            required("tenant", azure.tenant()),
            "must be the id of one tenant, or its domain"),
        id(required("client", azure.client())),
        shown,
        resource);
  }

  private static CredentialFile file(String name, Path dataFolder, Path path) {
    return new CredentialFile(PREFIX + name, dataFolder.resolve(path));
  }

  private static String id(String client) {
    return matching("client", ID, client, "must be an id of 32 hexadecimal digits and four '-'");
  }

  /** In small letters, and without a slash at its end. */
  private static URI address(String name, String value) {
    URI address;
    try {
      address = URI.create(value.replaceAll("/+$", "").toLowerCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new StartRefusedException(PREFIX + name + " is not an address.", e);
    }
    if (!"https".equals(address.getScheme()) || address.getHost() == null) {
      throw new StartRefusedException(
          PREFIX + name + " must begin with https://, and have a host.");
    }
    if (!address.getRawPath().isEmpty()
        || address.getRawQuery() != null
        || address.getRawFragment() != null
        || address.getRawUserInfo() != null) {
      throw new StartRefusedException(PREFIX + name + " must have nothing but a host and a port.");
    }
    return address;
  }

  private static <T> T required(String name, Optional<T> value) {
    return value.orElseThrow(
        () -> new StartRefusedException("The provider azure needs " + PREFIX + name + "."));
  }

  private static String matching(String name, Pattern pattern, String value, String rule) {
    if (!pattern.matcher(value).matches()) {
      throw new StartRefusedException(PREFIX + name + " " + rule + ".");
    }
    return value;
  }
}
