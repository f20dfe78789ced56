package io.rekindle.node.embedding;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;

/**
 * A model that a test writes: a table of one random vector a word, of which a text's vector is the
 * mean. Its three files are in the form that an operator's have; a test may change any of them
 * before it writes them.
 */
public final class TinyModel {
  public static final int DIMENSIONS = 8;

  static final List<String> WORDS =
      List.of("[UNK]", "refund", "money", "release", "broken", "agent", "a", "the");

  /** The table of weights. */
  static final String TABLE = "table";

  byte[] onnx;
  String tokenizer = tokenizer(WORDS);
  final Map<String, String> properties = new LinkedHashMap<>();

  /**
   * @param seed of the vectors: two models of different seeds make different ones
   */
  public TinyModel(long seed) {
    onnx = OnnxParts.model(graph(table(seed))).bytes().toByteArray();
    properties.put("pooling", "mean");
    properties.put("dimensions", Integer.toString(DIMENSIONS));
    properties.put("window", "32");
    properties.put("overlap", "4");
    properties.put("query-prefix", "");
    properties.put("passage-prefix", "");
    properties.put("distance", "cosine");
  }

  /** The same with another property. */
  public TinyModel with(String key, String value) {
    properties.put(key, value);
    return this;
  }

  /** Looks each id up in the table. */
  static OnnxParts graph(OnnxParts table) {
    return OnnxParts.message()
        .with(1, gather())
        .with(2, "tiny")
        .with(5, table)
        .with(11, OnnxParts.int64Value("input_ids", "batch", "tokens"))
        .with(11, OnnxParts.int64Value("attention_mask", "batch", "tokens"))
        .with(12, OnnxParts.floatValue("last_hidden_state", "batch", "tokens", DIMENSIONS));
  }

  static OnnxParts gather() {
    return OnnxParts.node("Gather")
        .with(1, TABLE)
        .with(1, "input_ids")
        .with(2, "last_hidden_state");
  }

  static OnnxParts table(long seed) {
    float[] values = new float[WORDS.size() * DIMENSIONS];
    Random random = new Random(seed);
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextFloat() - 0.5f;
    }
    return OnnxParts.floats(TABLE, WORDS.size(), values);
  }

  /** Of whole words; what it does not know is the first of them. */
  static String tokenizer(List<String> words) {
    List<String> vocabulary = new ArrayList<>();
    for (int id = 0; id < words.size(); id++) {
      vocabulary.add("\"" + words.get(id) + "\":" + id);
    }
    return """
    {"version":"1.0","truncation":null,"padding":null,"added_tokens":[],
     "normalizer":{"type":"Lowercase"},"pre_tokenizer":{"type":"Whitespace"},
     "post_processor":null,"decoder":null,
     "model":{"type":"WordLevel","vocab":{%s},"unk_token":"[UNK]"}}
    """
        .formatted(String.join(",", vocabulary));
  }

  /** Writes the folder of the model. */
  public Path write(Path folder) {
    properties.putIfAbsent("sha256", sha256());
    try {
      Files.createDirectories(folder);
      Files.write(folder.resolve("model.onnx"), onnx);
      Files.writeString(folder.resolve("tokenizer.json"), tokenizer);
      Files.writeString(
          folder.resolve("model.properties"),
          properties.entrySet().stream()
              .map(entry -> entry.getKey() + "=" + entry.getValue() + "\n")
              .collect(Collectors.joining()));
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** As an operator computes it: of one file behind the other. */
  public String sha256() {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(onnx);
      digest.update(tokenizer.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
