package io.rekindle.node.kms;

import io.rekindle.node.config.CustomerKeyConfig;
import java.nio.file.Path;

/**
 * Opens the services of one kind; found by {@link java.util.ServiceLoader}. Stateless, and safe for
 * use by many threads.
 */
public interface KeyManagementProvider {
  /** As in {@code rekindle.keys.provider}. */
  String name();

  /**
   * A service for the key that the settings name. Nobody is asked yet.
   *
   * @param dataFolder what relative paths are below
   * @throws io.rekindle.node.error.StartRefusedException when a setting is missing or wrong
   */
  KeyManagementService open(CustomerKeyConfig settings, Path dataFolder);
}
