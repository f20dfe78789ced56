package io.rekindle.node.config;

import io.rekindle.node.error.StartRefusedException;
import io.smallrye.config.ConfigValidationException;
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
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads a node's configuration; an unknown or malformed key is an error that names it. */
public final class NodeConfigLoader {
  /** The node's own file, below the data folder. */
  public static final String FILE = "node.properties";

  private static final String PREFIX = "rekindle.";

  /** Of the library's messages, which begin with the name of the key. */
  private static final Pattern KEY = Pattern.compile("rekindle\\.[\\w.-]+");

  private static final String NO_SUCH_KEY = "SRCFG00050";

  /** The file wins over the defaults, then variables, then properties, then what is given here. */
  private static final int FILE_ORDINAL = 110;

  private static final int OVERRIDE_ORDINAL = 500;

  private NodeConfigLoader() {}

  /**
   * Loads the configuration of the node that lives in a folder.
   *
   * @param overrides keys with their {@code rekindle.} prefix, as given on the command line
   * @throws StartRefusedException in one sentence, naming the first key that is wrong
   */
  public static NodeConfig load(Path dataFolder, Map<String, String> overrides) throws IOException {
    return load(dataFolder, written(dataFolder), overrides);
  }

  /**
   * As {@link #load(Path, Map)}, with something else in the place of what the file says.
   *
   * @param written as {@link #written}
   */
  public static NodeConfig load(
      Path dataFolder, Map<String, String> written, Map<String, String> overrides) {
    refuseForeign(written);
    Map<String, String> given = new HashMap<>(overrides);
    refuseForeign(given);
    given.put("rekindle.data-folder", dataFolder.toString());
    SmallRyeConfigBuilder builder =
        new SmallRyeConfigBuilder()
            .withMapping(NodeConfig.class)
            .addSystemSources()
            .withSources(new PropertiesConfigSource(given, "command line", OVERRIDE_ORDINAL));
    builder.withSources(new PropertiesConfigSource(written, FILE, FILE_ORDINAL));
    try {
      SmallRyeConfig config = builder.build();
      NodeConfig values = config.getConfigMapping(NodeConfig.class);
      ConfigRanges.check("rekindle", NodeConfig.class, values);
      return values;
    } catch (ConfigValidationException e) {
      throw refusal(e);
    }
  }

  /** What the file of a data folder says, without defaults; empty when there is none. */
  public static Map<String, String> written(Path dataFolder) throws IOException {
    Path file = dataFolder.resolve(FILE);
    return Files.exists(file) ? read(file) : Map.of();
  }

  /** The library knows keys without our prefix as anybody's, and would pass over them. */
  private static void refuseForeign(Map<String, String> values) {
    for (String key : new TreeSet<>(values.keySet())) {
      if (!key.startsWith(PREFIX)) {
        throw unknown(key);
      }
    }
  }

  /** What the library says has a line for each problem, and quotes values. */
  private static StartRefusedException refusal(ConfigValidationException e) {
    String problem = e.getProblem(0).getMessage();
    Matcher key = KEY.matcher(problem);
    if (!key.find()) {
      return new StartRefusedException("The configuration is not valid.", e);
    }
    return problem.contains(NO_SUCH_KEY)
        ? unknown(key.group())
        : new StartRefusedException(
            "The configuration key " + key.group() + " is missing or has a malformed value.", e);
  }

  private static StartRefusedException unknown(String key) {
    return new StartRefusedException("The configuration key " + key + " is unknown.");
  }

  private static Map<String, String> read(Path file) throws IOException {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file)) {
      properties.load(reader);
    } catch (IllegalArgumentException e) {
      throw new StartRefusedException("The file " + file + " has a malformed \\u escape.", e);
    }
    Map<String, String> values = new HashMap<>();
    properties.forEach((key, value) -> values.put(key.toString(), value.toString()));
    refuseForeign(values);
    return values;
  }
}
