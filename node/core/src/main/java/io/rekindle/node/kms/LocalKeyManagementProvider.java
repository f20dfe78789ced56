package io.rekindle.node.kms;

import io.rekindle.node.config.CustomerKeyConfig;
import java.nio.file.Path;

/** The provider {@code local}: a key in a file, for development. */
public final class LocalKeyManagementProvider implements KeyManagementProvider {
  public static final String NAME = "local";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public KeyManagementService open(CustomerKeyConfig settings, Path dataFolder) {
    return new LocalKeyManagementService(dataFolder.resolve(settings.localKeyFile()));
  }
}
