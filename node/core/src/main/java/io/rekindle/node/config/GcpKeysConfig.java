package io.rekindle.node.config;

import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The customer's key in Google Cloud KMS: the keys {@code rekindle.keys.gcp.*} of {@link
 * NodeConfig}.
 */
public interface GcpKeysConfig {
  /** {@code projects/P/locations/L/keyRings/R/cryptoKeys/K}, a symmetric key. */
  Optional<String> key();

  /** Host and port; TLS 1.3 alone is spoken. */
  @WithDefault("cloudkms.googleapis.com:443")
  String endpoint();

  /**
   * PEM of the authorities that its certificate may be of, and that of whoever is asked for a
   * login; without it those of the JDK.
   */
  Optional<Path> caFile();

  /** {@code file}, or {@code instance}: the service account of the machine or pod. */
  @WithDefault("instance")
  Login login();

  /**
   * Of {@code file}: the key of a service account, mode 0600, or a federated identity whose token
   * is in a file.
   */
  Optional<Path> credentialsFile();

  /** How a node proves to Google who it is. */
  enum Login {
    FILE,
    INSTANCE
  }
}
