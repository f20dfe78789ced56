package io.rekindle.node.config;

import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The customer's key in Azure Key Vault: the keys {@code rekindle.keys.azure.*} of {@link
 * NodeConfig}.
 */
public interface AzureKeysConfig {
  /** Such as {@code https://example.vault.azure.net}; TLS 1.3 alone is spoken. */
  Optional<String> vault();

  /** The name of an RSA key of 2048 bits or more. */
  Optional<String> key();

  /** PEM of the authorities that certificates may be of; without it those of the JDK. */
  Optional<Path> caFile();

  /** {@code client-secret}, {@code workload-identity} or {@code managed-identity}. */
  @WithDefault("managed-identity")
  Login login();

  /** The tenant's id; of {@code client-secret} and {@code workload-identity}. */
  Optional<String> tenant();

  /** The client's id; of {@code managed-identity} only where the machine has several. */
  Optional<String> client();

  /** Of {@code client-secret}: the file with it, mode 0600; read at each login. */
  Optional<Path> clientSecretFile();

  /** Of {@code workload-identity}: the token of the service account. */
  @WithDefault("/var/run/secrets/azure/tokens/azure-identity-token")
  Path federatedTokenFile();

  /** Where to log in: another one in national clouds. */
  @WithDefault("https://login.microsoftonline.com")
  String authority();

  /** How a node proves to Azure who it is. */
  enum Login {
    CLIENT_SECRET,
    WORKLOAD_IDENTITY,
    MANAGED_IDENTITY
  }
}
