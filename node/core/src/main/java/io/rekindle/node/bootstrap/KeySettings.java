package io.rekindle.node.bootstrap;

import io.rekindle.node.config.NodeConfigLoader;
import io.rekindle.node.error.StartRefusedException;
import io.rekindle.node.kms.SecretFiles;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The keys {@code rekindle.keys.*} in the configuration file of a data folder. */
final class KeySettings {
  static final String PREFIX = "rekindle.keys.";

  /** After the prefix: of keys that are no cluster's. */
  static final String TENANTS = "tenants.";

  private static final String PROVIDER = PREFIX + "provider";
  private static final String LOCAL = "local";

  /** Of files that each data folder has for itself. */
  private static final String OWN_FILE = "-key-file";

  /** The key of a line of a properties file; one that goes on in the next line is not written. */
  private static final Pattern LINE = Pattern.compile("\\s*(rekindle\\.[\\w.-]+)\\s*[=:].*");

  private KeySettings() {}

  /** All of them, as the file says. */
  static Map<String, String> written(Path dataFolder) throws IOException {
    Map<String, String> settings = new TreeMap<>(NodeConfigLoader.written(dataFolder));
    settings.keySet().removeIf(key -> !key.startsWith(PREFIX));
    return settings;
  }

  /** Those of the cluster's customer's key. */
  static Map<String, String> ofCluster(Path dataFolder) throws IOException {
    Map<String, String> settings = written(dataFolder);
    settings.keySet().removeIf(key -> key.startsWith(PREFIX + TENANTS));
    return settings;
  }

  /** What nodes of one cluster have in common: who wraps the cluster key, and how it is asked. */
  static Map<String, String> shared(Path dataFolder) throws IOException {
    Map<String, String> settings = written(dataFolder);
    settings.keySet().removeIf(key -> key.endsWith(OWN_FILE));
    return settings;
  }

  /**
   * A configuration with another key of the customer's. Settings of a provider that is left go;
   * those of one that stays are kept where nothing else is given.
   *
   * @param written what the file says
   * @param given keys with their prefix
   * @throws StartRefusedException when something else is given than settings of the customer's key
   */
  static Map<String, String> moved(Map<String, String> written, Map<String, String> given) {
    for (String key : given.keySet()) {
      if (!key.startsWith(PREFIX)
          || key.startsWith(PREFIX + TENANTS)
          || key.equals(PREFIX + "cluster-key-file")) {
        throw new StartRefusedException(
            key + " is none of the customer's key: give settings that begin with " + PREFIX);
      }
    }
    Map<String, String> moved = new LinkedHashMap<>(written);
    String before = written.getOrDefault(PROVIDER, LOCAL);
    String after = given.getOrDefault(PROVIDER, before);
    if (!before.equals(after)) {
      moved.keySet().removeIf(key -> key.startsWith(PREFIX + before + "."));
    }
    moved.putAll(given);
    return moved;
  }

  /**
   * The configuration file with other settings of the customer's key; everything else stays.
   *
   * @param configuration what it has to say in the end
   * @throws StartRefusedException when the file is written in a way that is not understood here
   */
  static byte[] rendered(Path dataFolder, Map<String, String> configuration) throws IOException {
    Path file = dataFolder.resolve(NodeConfigLoader.FILE);
    List<String> lines = new ArrayList<>();
    for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
      Matcher key = LINE.matcher(line);
      if (!key.matches() || !key.group(1).startsWith(PREFIX)) {
        lines.add(line);
      }
    }
    new TreeMap<>(configuration)
        .forEach(
            (key, value) -> {
              if (key.startsWith(PREFIX)) {
                lines.add(key + "=" + escaped(value));
              }
            });
    String text = String.join("\n", lines) + "\n";
    Properties understood = new Properties();
    understood.load(new StringReader(text));
    if (!understood.equals(configuration)) {
      throw new StartRefusedException(
          "The file " + file + " is to have each of its keys on one line, as KEY=VALUE, and once.");
    }
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String escaped(String value) {
    String text = value.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r");
    return text.startsWith(" ") ? "\\" + text : text;
  }

  /** Writes what was rendered, where the file is, be it by a link. */
  static void write(Path dataFolder, byte[] rendered) throws IOException {
    SecretFiles.write(dataFolder.resolve(NodeConfigLoader.FILE).toRealPath(), rendered);
  }

  /**
   * Refuses settings of the customer's key that the process has from elsewhere.
   *
   * @throws StartRefusedException when there are some: they win over the file
   */
  static void requireNoneOfTheEnvironment() {
    String variables = PREFIX.replace('.', '_').toUpperCase(Locale.ROOT);
    Stream.concat(
            System.getenv().keySet().stream()
                .filter(name -> name.toUpperCase(Locale.ROOT).startsWith(variables)),
            System.getProperties().stringPropertyNames().stream()
                .filter(name -> name.startsWith(PREFIX)))
        .sorted()
        .findFirst()
        .ifPresent(
            name -> {
              throw new StartRefusedException(
                  name + " is set in the environment, and would win over what is written here.");
            });
  }
}
