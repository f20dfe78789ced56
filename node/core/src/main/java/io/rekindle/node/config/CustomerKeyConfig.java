package io.rekindle.node.config;

import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A key of the customer's, and how it is asked: the keys {@code rekindle.keys.*} of {@link
 * NodeConfig} for the cluster's, {@code rekindle.keys.tenants.NAME.*} for a tenant's.
 */
public interface CustomerKeyConfig {
  /**
   * Who has it: {@code local}, for development, {@code vault}, {@code aws}, {@code gcp} or {@code
   * azure}.
   */
  @WithDefault("local")
  String provider();

  /** The development key file of the provider {@code local}, mode 0600. */
  @WithDefault("keys/local.key")
  Path localKeyFile();

  /** Of one request, from its connection to the last byte of its answer; a minute at most. */
  @WithDefault("PT5S")
  Duration requestTimeout();

  /** Tries before a provider counts as unreachable, with growing pauses. */
  @WithDefault("3")
  @Range(min = 1, max = 10)
  int attempts();

  VaultKeysConfig vault();

  AwsKeysConfig aws();

  GcpKeysConfig gcp();

  AzureKeysConfig azure();
}
