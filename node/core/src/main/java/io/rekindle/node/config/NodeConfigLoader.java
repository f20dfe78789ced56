package io.rekindle.node.config;

import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;

/** Reads a node's configuration; an unknown or malformed key is an error that names it. */
public final class NodeConfigLoader {
  /** The node's own file, below the data folder. */
  public static final String FILE = "node.properties";

  /** The file wins over the defaults, then variables, then properties, then what is given here. */
  private static final int FILE_ORDINAL = 110;

  private static final int OVERRIDE_ORDINAL = 500;

  private NodeConfigLoader() {}

  /**
   * Loads the configuration of the node that lives in a folder.
   *
   * @param overrides keys with their {@code rekindle.} prefix, as given on the command line
   * @throws IllegalArgumentException naming the key that is wrong
   */
  public static NodeConfig load(Path dataFolder, Map<String, String> overrides) throws IOException {
    Map<String, String> given = new HashMap<>(overrides);
    given.put("rekindle.data-folder", dataFolder.toString());
    SmallRyeConfigBuilder builder =
        new SmallRyeConfigBuilder()
            .withMapping(NodeConfig.class)
            .addSystemSources()
            .withSources(new PropertiesConfigSource(given, "command line", OVERRIDE_ORDINAL));
    Path file = dataFolder.resolve(FILE);
    if (Files.exists(file)) {
      builder.withSources(new PropertiesConfigSource(read(file), FILE, FILE_ORDINAL));
    }
    SmallRyeConfig config = builder.build();
    return config.getConfigMapping(NodeConfig.class);
  }

  private static Map<String, String> read(Path file) throws IOException {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file)) {
      properties.load(reader);
    }
    Map<String, String> values = new HashMap<>();
    properties.forEach((key, value) -> values.put(key.toString(), value.toString()));
    return values;
  }
}
