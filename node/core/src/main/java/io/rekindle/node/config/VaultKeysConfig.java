package io.rekindle.node.config;

import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The customer's key in HashiCorp Vault, its secrets engine Transit: the keys {@code
 * rekindle.keys.vault.*} of {@link NodeConfig}.
 */
public interface VaultKeysConfig {
  /** Such as {@code https://vault.example.com:8200}; TLS 1.3 alone is spoken. */
  Optional<String> address();

  /** PEM of the authorities that its certificate may be of; without it those of the JDK. */
  Optional<Path> caFile();

  /** The namespace of Vault Enterprise. */
  Optional<String> namespace();

  /** Where the engine is mounted. */
  @WithDefault("transit")
  String mount();

  /** The name of the key, of the type {@code aes256-gcm96}. */
  Optional<String> key();

  /** {@code token}, {@code app-role} or {@code kubernetes}. */
  @WithDefault("token")
  Login login();

  /** Of {@code token}: the file with it, mode 0600; read at each login, so it may be replaced. */
  Optional<Path> tokenFile();

  /** Where {@code app-role} or {@code kubernetes} is mounted, if not under its own name. */
  Optional<String> loginMount();

  /** Of {@code app-role}: the role id; of {@code kubernetes}: the name of the role. */
  Optional<String> role();

  /** Of {@code app-role}: the file with the secret id, mode 0600; read at each login, too. */
  Optional<Path> secretIdFile();

  /** Of {@code kubernetes}: the token of the service account. */
  @WithDefault("/var/run/secrets/kubernetes.io/serviceaccount/token")
  Path serviceAccountFile();

  /** How a node proves to Vault who it is. */
  enum Login {
    TOKEN,
    APP_ROLE,
    KUBERNETES
  }
}
