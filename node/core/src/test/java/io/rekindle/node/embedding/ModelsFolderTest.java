package io.rekindle.node.embedding;

import static io.rekindle.node.embedding.OnnxParts.message;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.Distance;
import io.rekindle.node.model.EmbeddingModelId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Models as an operator puts them down, and everything that can be wrong with them. */
@Timeout(120)
class ModelsFolderTest {
  private OperatorModels operator;

  @BeforeEach
  void begin(@TempDir Path data) {
    operator = new OperatorModels(data);
  }

  @Test
  void aModelEmbedsByTheMeanOfItsTokens() {
    TinyModel tiny = new TinyModel(1);
    tiny.properties.put("distance", "dot");
    tiny.write(operator.models.resolve("tiny"));
    try (ModelRegistry registry = operator.load()) {
      EmbeddingModel model = registry.get(new EmbeddingModelId("tiny"));
      assertThat(model.isWarm()).isTrue();
      assertThat(model.dimensions()).isEqualTo(TinyModel.DIMENSIONS);
      assertThat(model.distance()).isEqualTo(Distance.DOT);
      assertThat(model.sha256()).isEqualTo(tiny.sha256());
      float[] refund = model.embedPassage("refund");
      float[] money = model.embedPassage("Money");
      assertThat(SharedModel.cosine(refund, refund)).isCloseTo(1f, within(1e-5f));
      float[] both = model.embedPassage("refund money");
      assertThat(SharedModel.cosine(both, refund)).isGreaterThan(0.1f);
      assertThat(SharedModel.cosine(both, money)).isGreaterThan(0.1f);
      assertThat(model.embedQuery("refund")).isEqualTo(refund);
      assertThat(registry.warming()).as("the default one alone").hasSize(1);
    }
  }

  @Test
  void aWindowIsFullOfTextWhereTheTokenizerHasNoSpecialTokens() {
    new TinyModel(1).write(operator.models.resolve("tiny"));
    try (ModelRegistry registry = operator.load()) {
      EmbeddingModel model = registry.get(new EmbeddingModelId("tiny"));
      assertThat(model.chunks("agent ".repeat(32))).hasSize(1);
      assertThat(model.embedPassage("agent ".repeat(32))).hasSize(8);
      assertThat(model.chunks("agent ".repeat(33))).hasSize(2);
      RekindleException e =
          catchThrowableOfType(
              RekindleException.class, () -> model.embedPassage("agent ".repeat(33)));
      assertThat(e.code()).isEqualTo(ErrorCode.LIMIT_EXCEEDED);
    }
  }

  @Test
  void specialTokensAreCountedInTheWindow() {
    TinyModel tiny = new TinyModel(1);
    tiny.tokenizer =
        tiny.tokenizer.replace(
            "\"post_processor\":null",
            """
            "post_processor":{"type":"TemplateProcessing",
            "single":[{"SpecialToken":{"id":"[UNK]","type_id":0}},{"SpecialToken":{"id":"[UNK]",
            "type_id":0}},{"Sequence":{"id":"A","type_id":0}},{"SpecialToken":{"id":"[UNK]",
            "type_id":0}}],"pair":[{"Sequence":{"id":"A","type_id":0}},
            {"Sequence":{"id":"B","type_id":0}}],
            "special_tokens":{"[UNK]":{"id":"[UNK]","ids":[0],"tokens":["[UNK]"]}}}\
            """);
    tiny.write(operator.models.resolve("tiny"));
    try (ModelRegistry registry = operator.load()) {
      EmbeddingModel model = registry.get(new EmbeddingModelId("tiny"));
      assertThat(model.chunks("agent ".repeat(29))).hasSize(1);
      assertThat(model.embedPassage("agent ".repeat(29))).hasSize(8);
      assertThat(model.chunks("agent ".repeat(30))).hasSize(2);
    }
  }

  @Test
  void aQueryBeginsWithThePrefixAndItsSpace() {
    TinyModel tiny = new TinyModel(1);
    tiny.properties.put("query-prefix", "money ");
    tiny.write(operator.models.resolve("tiny"));
    try (ModelRegistry registry = operator.load()) {
      EmbeddingModel model = registry.get(new EmbeddingModelId("tiny"));
      assertThat(model.embedQuery("refund")).isEqualTo(model.embedPassage("money refund"));
    }
  }

  @Test
  void aPassageBeginsWithItsPrefixWhichIsNoPartOfTheContent() {
    new TinyModel(1).write(operator.models.resolve("bare"));
    new TinyModel(1).with("passage-prefix", "money ").write(operator.models.resolve("tiny"));
    try (ModelRegistry registry = operator.load()) {
      EmbeddingModel bare = registry.get(new EmbeddingModelId("bare"));
      EmbeddingModel model = registry.get(new EmbeddingModelId("tiny"));
      assertThat(model.embedPassage("refund")).isEqualTo(bare.embedPassage("money refund"));
      assertThat(model.embedQuery("refund")).isEqualTo(bare.embedQuery("refund"));

      // One token of the window of 32 is the prefix's.
      assertThat(model.chunks("agent ".repeat(31))).hasSize(1);
      assertThat(model.embedPassage("agent ".repeat(31))).hasSize(8);
      assertThat(model.chunks("agent ".repeat(32)))
          .containsExactly(
              new TextChunk("agent ".repeat(31), 0, 6 * 31, 0),
              new TextChunk("agent ".repeat(5), 6 * 27, 6 * 32, 1));
      RekindleException e =
          catchThrowableOfType(
              RekindleException.class, () -> model.embedPassage("agent ".repeat(32)));
      assertThat(e.code()).isEqualTo(ErrorCode.LIMIT_EXCEEDED);
      assertThat(e.details()).containsEntry("field", "content");
    }
  }

  @Test
  void aModelIsAnotherWithAnotherPassagePrefixAndNotWithAnotherQueryPrefix() {
    new TinyModel(1).write(operator.models.resolve("bare"));
    new TinyModel(1).with("query-prefix", "money ").write(operator.models.resolve("query"));
    new TinyModel(1).with("passage-prefix", "money ").write(operator.models.resolve("space"));
    new TinyModel(1).with("passage-prefix", "money").write(operator.models.resolve("word"));
    try (ModelRegistry registry = operator.load()) {
      String bare = registry.get(new EmbeddingModelId("bare")).fingerprint();
      String space = registry.get(new EmbeddingModelId("space")).fingerprint();
      assertThat(bare).isEqualTo(new TinyModel(1).sha256() + "/mean");
      assertThat(registry.get(new EmbeddingModelId("query")).fingerprint()).isEqualTo(bare);
      // printf 'money ' | sha256sum | head -c 16
      assertThat(space).isEqualTo(bare + "/617229cab97425c3");
      assertThat(registry.get(new EmbeddingModelId("word")).fingerprint())
          .isNotIn(bare, space)
          .startsWith(bare);
    }
  }

  @Test
  void theFirstStatesAreTakenWhereNoOutputHasTheUsualName() {
    TinyModel tiny = new TinyModel(1);
    OnnxParts graph =
        message()
            .with(1, gatherTo("pooled"))
            .with(1, gatherTo("states"))
            .with(5, TinyModel.table(1))
            .with(11, OnnxParts.int64Value("input_ids", "b", "t"))
            .with(12, OnnxParts.floatValue("states", "b", "t", TinyModel.DIMENSIONS));
    tiny.onnx = OnnxParts.model(graph).bytes().toByteArray();
    tiny.write(operator.models.resolve("tiny"));
    try (ModelRegistry registry = operator.load()) {
      assertThat(registry.get(new EmbeddingModelId("tiny")).embedPassage("refund")).hasSize(8);
    }
  }

  private static OnnxParts gatherTo(String output) {
    return OnnxParts.node("Gather").with(1, TinyModel.TABLE).with(1, "input_ids").with(2, output);
  }

  @Test
  void withoutAFolderTheBuiltInModelsAreAllAndNoneIsLoaded() {
    operator.keys.clear();
    try (ModelRegistry registry = operator.load()) {
      assertThat(registry.models())
          .extracting(model -> model.id().value())
          .containsExactly("bge-small-en-v1.5", "all-minilm-l6-v2");
      assertThat(registry.models()).noneMatch(EmbeddingModel::isWarm);
    }
  }

  @Test
  void keysThatAreMissingUnknownTwiceOrMalformed() throws Exception {
    for (String key : List.copyOf(new TinyModel(1).properties.keySet())) {
      operator.assertModelRefused(
          tiny -> tiny.properties.remove(key),
          "a key is missing (file: model.properties, key: " + key + ")");
    }
    Path folder = new TinyModel(1).write(operator.models.resolve("tiny"));
    Files.writeString(folder.resolve("model.properties"), withoutSha256());
    operator.assertRefused(
        "The embedding model tiny can't be used: a key is missing (file: model.properties,"
            + " key: sha256).");
    operator.assertModelRefused(
        tiny -> tiny.properties.put("poling", "cls"),
        "a key is unknown (file: model.properties, key: poling)");
    operator.assertModelRefused(
        tiny -> tiny.properties.put("window ", "16"),
        "a key stands there twice (file: model.properties, key: window)");
    operator.assertModelRefused(
        tiny -> tiny.properties.put("query-prefix", "\\uXYZ0"),
        "a file has a malformed \\u escape (file: model.properties)");
    operator.assertModelRefused(
        tiny -> tiny.properties.put("pooling", "max"),
        "a key has a value that it does not take (file: model.properties, key: pooling,"
            + " limit: [cls, mean], actual: max)");
    operator.assertModelRefused(
        tiny -> tiny.properties.put("distance", "manhattan"),
        "a key has a value that it does not take (file: model.properties, key: distance,"
            + " limit: [cosine, dot, l2], actual: manhattan)");
    operator.assertModelRefused(
        tiny -> tiny.properties.put("sha256", "abc"),
        "a SHA-256 is 64 digits of 0-9 and a-f (file: model.properties, key: sha256)");
  }

  @Test
  void numbersOutOfTheirLimits() {
    Map<String, String> limits =
        Map.of("dimensions", "2..4096", "window", "1..8192", "overlap", "0..32");
    limits.forEach(
        (key, limit) -> {
          for (String value : List.of("-1", "1e3", "9000000000", "many", "")) {
            operator.assertModelRefused(
                tiny -> tiny.properties.put(key, value),
                "a key is a number within its limits (file: model.properties, key: "
                    + key
                    + ", limit: "
                    + limit
                    + ", actual: "
                    + value
                    + ")");
          }
        });
    for (String key : List.of("query-prefix", "passage-prefix")) {
      operator.assertModelRefused(
          tiny -> tiny.properties.put(key, "x".repeat(1_025)),
          "a key is a text within its limit (file: model.properties, key: "
              + key
              + ", limit: 1024, actual: 1025, unit: bytes)");
      operator.assertModelRefused(
          tiny -> tiny.with("window", "24").with("overlap", "0").with(key, "money "),
          "the window leaves a text too few tokens beside the prefix and the special ones"
              + " (key: window, tokens: 23, limit: 24)");
    }
    operator.assertModelRefused(
        tiny -> {
          tiny.properties.put("window", "23");
          tiny.properties.put("overlap", "0");
        },
        "the window leaves a text too few tokens beside the prefix and the special ones"
            + " (key: window, tokens: 23, limit: 24)");
    operator.assertModelRefused(
        tiny -> tiny.properties.put("overlap", "17"),
        "the overlap is more than half of the text in a window (key: overlap, limit: 16,"
            + " actual: 17)");
  }

  @Test
  void otherFilesThanThePinnedOnes() {
    String pinned = new TinyModel(2).sha256();
    operator.assertModelRefused(
        tiny -> tiny.properties.put("sha256", pinned),
        "the files of an embedding model are not the pinned ones (sha256: "
            + pinned
            + ", actual: "
            + new TinyModel(1).sha256()
            + ")");
  }

  @Test
  void filesThatAreMissing() throws Exception {
    for (String file : List.of("model.onnx", "tokenizer.json", "model.properties")) {
      Path folder = new TinyModel(1).write(operator.models.resolve("tiny"));
      Files.delete(folder.resolve(file));
      operator.assertRefused(
          "The embedding model tiny can't be used: a file is missing (file: " + file + ").");
    }
  }

  @Test
  void filesOverTheirLimits() throws Exception {
    Path folder = new TinyModel(1).write(operator.models.resolve("tiny"));
    Map<String, String> limits =
        Map.of("model.onnx", "model-bytes-max", "tokenizer.json", "tokenizer-bytes-max");
    for (Map.Entry<String, String> limit : limits.entrySet()) {
      long bytes = Files.size(folder.resolve(limit.getKey()));
      operator.keys.put(limit.getValue(), (bytes - 1) + "B");
      operator.assertRefused(
          "The embedding model tiny can't be used: a file exceeds its limit (file: "
              + limit.getKey()
              + ", limit: "
              + (bytes - 1)
              + ", actual: "
              + bytes
              + ", unit: bytes).");
      operator.keys.put(limit.getValue(), bytes + "B");
    }
    operator.load().close();
    Files.writeString(folder.resolve("model.properties"), "#".repeat(16 * 1024 + 1));
    operator.assertRefused(
        "The embedding model tiny can't be used: a file exceeds its limit (file: model.properties,"
            + " limit: 16384, actual: 16385, unit: bytes).");
  }

  @Test
  void linksAndSpecialFilesAreNotOpened() throws Exception {
    Path outside = new TinyModel(1).write(operator.data.resolve("outside"));
    for (String file : List.of("model.onnx", "tokenizer.json", "model.properties")) {
      String refusal =
          "The embedding model tiny can't be used: a link or special file is in the place of a file"
              + " (file: "
              + file
              + ").";
      Path folder = new TinyModel(1).write(operator.models.resolve("tiny"));
      Path path = folder.resolve(file);
      Files.delete(path);
      Files.createSymbolicLink(path, outside.resolve(file));
      operator.assertRefused(refusal);
      Files.delete(path);
      assertThat(new ProcessBuilder("mkfifo", path.toString()).start().waitFor()).isZero();
      operator.assertRefused(refusal);
      Files.delete(path);
      Files.createDirectory(path);
      operator.assertRefused(refusal);
      Files.delete(path);
    }
  }

  @Test
  void whatIsNoFolderOfAModel() throws Exception {
    Path outside = new TinyModel(1).write(operator.data.resolve("outside"));
    Path entry = operator.models.resolve("tiny");
    Files.createSymbolicLink(entry, outside);
    operator.assertRefused(
        "The models folder holds folders, one for each model, and tiny is none.");
    Files.delete(entry);
    Files.writeString(entry, "a file");
    operator.assertRefused(
        "The models folder holds folders, one for each model, and tiny is none.");
    Files.delete(entry);
    for (String name : List.of("Tiny", "-tiny", "lost+found", "ti ny", "t".repeat(65))) {
      Path folder = Files.createDirectory(operator.models.resolve(name));
      operator.assertRefused(
          "The name of an embedding model is 1 to 64 characters of a-z, 0-9, '.', '_' and '-', and "
              + (name.length() > 64 ? "t".repeat(64) + "..." : name)
              + " is not.");
      Files.delete(folder);
    }
    for (String name : List.of("external", "bge-small-en-v1.5", "all-minilm-l6-v2")) {
      Path folder = Files.createDirectory(operator.models.resolve(name));
      operator.assertRefused(
          "The name of the embedding model " + name + " is taken by Rekindle itself.");
      Files.delete(folder);
    }
  }

  @Test
  void moreModelsThanTheLimit() {
    operator.keys.put("models-max", "2");
    for (String name : List.of("one", "two")) {
      new TinyModel(1).write(operator.models.resolve(name));
    }
    operator.load().close();
    new TinyModel(1).write(operator.models.resolve("three"));
    operator.assertRefused(
        "The models folder "
            + operator.models
            + " has more than 2 models, the limit of rekindle.embedding.models-max.");
  }

  @Test
  void aFolderThatIsNotThere() {
    operator.keys.put("models-folder", "elsewhere");
    operator.assertRefused(
        "The models folder "
            + operator.data.resolve("elsewhere")
            + " is missing or can't be read.");
  }

  private static String withoutSha256() {
    StringBuilder lines = new StringBuilder();
    new TinyModel(1).properties.forEach((key, value) -> lines.append(key + "=" + value + "\n"));
    return lines.toString();
  }
}
