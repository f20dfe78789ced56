package io.rekindle.node.bootstrap;

import io.rekindle.node.config.CustomerKeyConfig;
import io.rekindle.node.config.NodeConfig;
import io.rekindle.node.error.StartRefusedException;
import io.rekindle.node.kms.KeyManagementService;
import io.rekindle.node.kms.LocalKeyManagementProvider;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The customers' keys that tenants may name, by their names in the configuration. The file of a
 * data folder is followed: a name that is new in it is found, and {@link #reopen} takes other
 * settings of a known one. Thread-safe.
 */
final class CustomerKeys implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CustomerKeys.class);
  private static final String PREFIX = KeySettings.PREFIX + "tenants.";
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9_-]{0,62}");

  private final HeldKey.ConfigSource configs;
  private final Map<String, Opened> opened = new HashMap<>();

  private record Opened(Map<String, String> written, KeyManagementService kms) {}

  private CustomerKeys(HeldKey.ConfigSource configs) {
    this.configs = configs;
  }

  /**
   * Opens those of a configuration; asks nobody.
   *
   * @param configs asked for names that are not known, and for other settings
   * @throws StartRefusedException naming the first key whose settings are wrong
   */
  static CustomerKeys open(NodeConfig config, HeldKey.ConfigSource configs) throws IOException {
    CustomerKeys keys = new CustomerKeys(configs);
    try {
      for (String name : new TreeMap<>(config.keys().tenants()).keySet()) {
        keys.put(name, config);
      }
      return keys;
    } catch (IOException | RuntimeException e) {
      keys.close();
      throw e;
    }
  }

  /**
   * One of them.
   *
   * @throws StartRefusedException when the configuration does not have it, or not whole
   */
  synchronized KeyManagementService get(String name) {
    Opened known = opened.get(name);
    if (known != null) {
      return known.kms();
    }
    try {
      return put(name, configs.read());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Takes the settings that the file has now, if they are others.
   *
   * @return whether they are
   */
  synchronized boolean reopen(String name) {
    Opened known = opened.get(name);
    try {
      NodeConfig config = configs.read();
      if (known != null && known.written().equals(written(name, config))) {
        return false;
      }
      var _ = put(name, config);
    } catch (IOException | RuntimeException e) {
      LOG.atWarn().addKeyValue("key", name).setCause(e).log("the settings of a key can't be used");
      return false;
    }
    if (known != null) {
      known.kms().close();
    }
    return true;
  }

  private KeyManagementService put(String name, NodeConfig config) throws IOException {
    CustomerKeyConfig key = config.keys().tenants().get(name);
    if (key == null || !NAME.matcher(name).matches()) {
      throw new StartRefusedException(
          PREFIX + name + " is not configured, or its name is none: " + NAME + ".");
    }
    if (key.provider().equals(LocalKeyManagementProvider.NAME)) {
      throw new StartRefusedException(
          PREFIX
              + name
              + ".provider is to be another than local: a key in the data folder is no"
              + " customer's.");
    }
    try {
      KeyManagementService kms = KeyProviders.of(key, config.dataFolder());
      opened.put(name, new Opened(written(name, config), kms));
      return kms;
    } catch (StartRefusedException e) {
      // A provider knows its settings by the names that those of the cluster's key have.
      throw new StartRefusedException(
          String.valueOf(e.getMessage()).replace(KeySettings.PREFIX, PREFIX + name + "."), e);
    }
  }

  private static Map<String, String> written(String name, NodeConfig config) throws IOException {
    Map<String, String> written = KeySettings.written(config.dataFolder());
    written.keySet().removeIf(key -> !key.startsWith(PREFIX + name + "."));
    return written;
  }

  @Override
  public synchronized void close() {
    opened
        .values()
        .forEach(
            one -> {
              try {
                one.kms().close();
              } catch (RuntimeException e) {
                LOG.atError().setCause(e).log("the provider of a customer's key stopped badly");
              }
            });
    opened.clear();
  }
}
