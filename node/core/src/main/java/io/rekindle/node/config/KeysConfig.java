package io.rekindle.node.config;

import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;

/** Who wraps the cluster key: the keys {@code rekindle.keys.*} of {@link NodeConfig}. */
public interface KeysConfig {
  /**
   * Of the customer's key: {@code local}, for development, {@code vault}, {@code aws}, {@code gcp}
   * or {@code azure}.
   */
  @WithDefault("local")
  String provider();

  /** The development key file of the provider {@code local}, mode 0600. */
  @WithDefault("keys/local.key")
  Path localKeyFile();

  /** The wrapped cluster key; worthless without the provider. */
  @WithDefault("keys/cluster.key")
  Path clusterKeyFile();

  /** Of one request, from its connection to the last byte of its answer; a minute at most. */
  @WithDefault("PT5S")
  Duration requestTimeout();

  /** Tries before a provider counts as unreachable, with growing pauses. */
  @WithDefault("3")
  @Range(min = 1, max = 10)
  int attempts();

  /**
   * How long a node may go on with the cluster key before the customer's key unwraps it once more.
   */
  @WithDefault("PT1M")
  Duration lease();

  /** As long as the customer's key is out of reach, and nobody refused it. */
  @WithDefault("PT1H")
  Duration grace();

  VaultKeysConfig vault();

  AwsKeysConfig aws();

  GcpKeysConfig gcp();

  AzureKeysConfig azure();
}
