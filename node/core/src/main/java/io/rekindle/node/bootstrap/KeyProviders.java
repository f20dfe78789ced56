package io.rekindle.node.bootstrap;

import io.rekindle.node.config.NodeConfig;
import io.rekindle.node.error.StartRefusedException;
import io.rekindle.node.kms.KeyManagementService;
import io.rekindle.node.kms.LocalKeyManagementService;

/** Finds the provider of the customer's key by its name in the configuration. */
final class KeyProviders {
  private static final String LOCAL = "local";

  private KeyProviders() {}

  static KeyManagementService of(NodeConfig config) {
    String name = config.keys().provider();
    if (!name.equals(LOCAL)) {
      throw new StartRefusedException(
          "rekindle.keys.provider names an unknown provider; known is: " + LOCAL + ".");
    }
    return new LocalKeyManagementService(config.dataFolder().resolve(config.keys().localKeyFile()));
  }
}
