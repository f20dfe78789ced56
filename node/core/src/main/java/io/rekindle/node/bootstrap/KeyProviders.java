package io.rekindle.node.bootstrap;

import io.rekindle.node.config.CustomerKeyConfig;
import io.rekindle.node.config.NodeConfig;
import io.rekindle.node.error.StartRefusedException;
import io.rekindle.node.kms.KeyManagementProvider;
import io.rekindle.node.kms.KeyManagementService;
import io.rekindle.node.kms.LocalKeyManagementProvider;
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

/** Finds the provider of the customer's key by its name in the configuration. */
final class KeyProviders {
  private KeyProviders() {}

  /** Asks nobody yet. */
  static KeyManagementService of(NodeConfig config) {
    return of(config.keys(), config.dataFolder());
  }

  /** As above, for any key of the customer's. */
  static KeyManagementService of(CustomerKeyConfig key, Path dataFolder) {
    String name = key.provider();
    List<KeyManagementProvider> known =
        ServiceLoader.load(KeyManagementProvider.class).stream()
            .map(ServiceLoader.Provider::get)
            .toList();
    return known.stream()
        .filter(provider -> provider.name().equals(name))
        .findFirst()
        .orElseThrow(() -> unknown(known))
        .open(key, dataFolder);
  }

  /** Whether the key is in a file of this data folder, which is made and copied with it. */
  static boolean isLocal(NodeConfig config) {
    return config.keys().provider().equals(LocalKeyManagementProvider.NAME);
  }

  private static StartRefusedException unknown(List<KeyManagementProvider> known) {
    return new StartRefusedException(
        "rekindle.keys.provider names an unknown provider; known are: "
            + known.stream()
                .map(KeyManagementProvider::name)
                .sorted()
                .collect(Collectors.joining(", "))
            + ".");
  }
}
