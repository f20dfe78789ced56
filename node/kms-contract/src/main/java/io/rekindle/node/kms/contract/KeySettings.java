package io.rekindle.node.kms.contract;

import io.rekindle.node.config.NodeConfigLoader;
import io.rekindle.node.kms.KeyManagementProvider;
import io.rekindle.node.kms.KeyManagementService;
import io.rekindle.node.kms.SecretFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** The configuration of a node with a provider, as a test needs it. For one thread. */
public final class KeySettings {
  private final Path folder;
  private final String prefix;
  private final Map<String, String> values = new LinkedHashMap<>();

  /**
   * A provider that waits for long, for slow machines, and tries twice.
   *
   * @param folder where files of the test are
   */
  public KeySettings(Path folder, String provider) {
    this.folder = folder;
    prefix = "rekindle.keys." + provider + ".";
    values.put("rekindle.keys.provider", provider);
    values.put("rekindle.keys.request-timeout", "PT20S");
    values.put("rekindle.keys.attempts", "2");
  }

  /** Of the provider's own. */
  public KeySettings set(String name, String value) {
    values.put(prefix + name, value);
    return this;
  }

  /** What does not come at once, does not come. */
  public KeySettings impatient() {
    values.put("rekindle.keys.request-timeout", "PT0.3S");
    return this;
  }

  public KeySettings without(String name) {
    values.remove(prefix + name);
    return this;
  }

  /** Makes a file for the owner alone. */
  public Path secret(String name, String content) throws IOException {
    Path file = folder.resolve(name);
    SecretFiles.write(file, content.getBytes(StandardCharsets.UTF_8));
    return file;
  }

  public Map<String, String> values() {
    return Map.copyOf(values);
  }

  public KeyManagementService open(KeyManagementProvider provider) throws IOException {
    return provider.open(NodeConfigLoader.load(folder, values).keys(), folder);
  }
}
