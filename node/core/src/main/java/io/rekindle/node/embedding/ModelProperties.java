package io.rekindle.node.embedding;

import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.Distance;
import io.rekindle.node.model.EmbeddingModelId;
import io.rekindle.node.model.Limits;
import java.io.IOException;
import java.io.StringReader;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** The file {@code model.properties}: each key once, none left out, none besides. */
final class ModelProperties {
  static final String POOLING = "pooling";
  static final String DIMENSIONS = "dimensions";
  static final String WINDOW = "window";
  static final String OVERLAP = "overlap";
  static final String QUERY_PREFIX = "query-prefix";
  static final String PASSAGE_PREFIX = "passage-prefix";
  static final String DISTANCE = "distance";
  static final String SHA256 = "sha256";

  private static final Set<String> KEYS =
      Set.of(POOLING, DIMENSIONS, WINDOW, OVERLAP, QUERY_PREFIX, PASSAGE_PREFIX, DISTANCE, SHA256);

  /** A window costs memory by its square; models of longer ones are made for other machines. */
  private static final int WINDOW_MAX = 8_192;

  private static final int PREFIX_BYTES_MAX = 1_024;
  private static final Pattern SHA256_FORM = Pattern.compile("[0-9a-f]{64}");

  private final Properties values;

  private ModelProperties(Properties values) {
    this.values = values;
  }

  /**
   * What the file of a folder says.
   *
   * @throws RekindleException INTERNAL naming the key
   */
  static ModelSpec read(EmbeddingModelId id, ModelFolder folder) throws IOException {
    ModelProperties properties;
    try (Arena arena = Arena.ofConfined()) {
      properties = new ModelProperties(parse(folder.properties(arena)));
    }
    properties.checkKeys();
    int window = properties.number(WINDOW, 1, WINDOW_MAX);
    return new ModelSpec(
        id,
        folder,
        properties.sha256(),
        properties.number(DIMENSIONS, Limits.VECTOR_DIMENSIONS_MIN, Limits.VECTOR_DIMENSIONS_MAX),
        properties.oneOf(DISTANCE, Distance.class),
        properties.oneOf(POOLING, Pooling.class),
        window,
        properties.number(OVERLAP, 0, window),
        properties.prefix(QUERY_PREFIX),
        properties.prefix(PASSAGE_PREFIX));
  }

  private static Properties parse(ByteBuffer file) throws IOException {
    Properties values = new OnceOnly();
    try {
      values.load(new StringReader(StandardCharsets.UTF_8.newDecoder().decode(file).toString()));
      return values;
    } catch (CharacterCodingException e) {
      throw ModelFault.because(e, "a file is not UTF-8", "file", ModelFolder.PROPERTIES);
    } catch (IllegalArgumentException e) {
      throw ModelFault.because(
          e, "a file has a malformed \\u escape", "file", ModelFolder.PROPERTIES);
    }
  }

  /** Refuses a key that stands there twice, of which the last would win. */
  private static final class OnceOnly extends Properties {
    private static final long serialVersionUID = 1L;

    @Override
    public synchronized Object put(Object key, Object value) {
      if (containsKey(key)) {
        throw wrong("a key stands there twice", key.toString());
      }
      return super.put(key, value);
    }
  }

  private void checkKeys() {
    for (String key : new TreeSet<>(values.stringPropertyNames())) {
      if (!KEYS.contains(key)) {
        throw wrong("a key is unknown", key);
      }
    }
    for (String key : new TreeSet<>(KEYS)) {
      if (!values.containsKey(key)) {
        throw wrong("a key is missing", key);
      }
    }
  }

  private String value(String key) {
    return values.getProperty(key, "");
  }

  private int number(String key, int min, int max) {
    String text = value(key).strip();
    int number = text.matches("\\d{1,9}") ? Integer.parseInt(text) : -1;
    if (number < min || number > max) {
      throw ModelFault.of(
          "a key is a number within its limits",
          "file",
          ModelFolder.PROPERTIES,
          "key",
          key,
          "limit",
          min + ".." + max,
          "actual",
          ModelFault.quote(text));
    }
    return number;
  }

  private <E extends Enum<E>> E oneOf(String key, Class<E> type) {
    String text = value(key).strip();
    for (E constant : type.getEnumConstants()) {
      if (constant.name().toLowerCase(Locale.ROOT).equals(text)) {
        return constant;
      }
    }
    throw ModelFault.of(
        "a key has a value that it does not take",
        "file",
        ModelFolder.PROPERTIES,
        "key",
        key,
        "limit",
        Arrays.toString(type.getEnumConstants()).toLowerCase(Locale.ROOT),
        "actual",
        ModelFault.quote(text));
  }

  private String sha256() {
    String text = value(SHA256).strip();
    if (!SHA256_FORM.matcher(text).matches()) {
      throw wrong("a SHA-256 is 64 digits of 0-9 and a-f", SHA256);
    }
    return text;
  }

  /** As it stands there, the space at its end too. */
  private String prefix(String key) {
    String text = value(key);
    int bytes = text.getBytes(StandardCharsets.UTF_8).length;
    if (bytes > PREFIX_BYTES_MAX || !StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
      throw ModelFault.of(
          "a key is a text within its limit",
          "file",
          ModelFolder.PROPERTIES,
          "key",
          key,
          "limit",
          Integer.toString(PREFIX_BYTES_MAX),
          "actual",
          Integer.toString(bytes),
          "unit",
          "bytes");
    }
    return text;
  }

  private static RekindleException wrong(String text, String key) {
    return ModelFault.of(text, "file", ModelFolder.PROPERTIES, "key", ModelFault.quote(key));
  }
}
