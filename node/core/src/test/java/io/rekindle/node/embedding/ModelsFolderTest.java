package io.rekindle.node.embedding;

import static io.rekindle.node.embedding.OnnxParts.message;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.rekindle.node.config.NodeConfig;
import io.rekindle.node.config.NodeConfigLoader;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.error.StartRefusedException;
import io.rekindle.node.model.Distance;
import io.rekindle.node.model.EmbeddingModelId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Models as an operator puts them down, and everything that can be wrong with them. */
@Timeout(120)
class ModelsFolderTest {
  @TempDir Path data;

  private final Map<String, String> keys = new HashMap<>();
  private Path models = Path.of("");

  @BeforeEach
  void configure() throws IOException {
    models = Files.createDirectory(data.resolve("models"));
    keys.put("models-folder", "models");
  }

  @Test
  void aModelEmbedsByTheMeanOfItsTokens() {
    TinyModel tiny = new TinyModel(1);
    tiny.properties.put("distance", "dot");
    tiny.write(models.resolve("tiny"));
    try (ModelRegistry registry = load()) {
      EmbeddingModel model = registry.get(new EmbeddingModelId("tiny"));
      assertThat(model.isWarm()).isTrue();
      assertThat(model.dimensions()).isEqualTo(TinyModel.DIMENSIONS);
      assertThat(model.distance()).isEqualTo(Distance.DOT);
      assertThat(model.sha256()).isEqualTo(tiny.sha256());
      float[] refund = model.embedPassage("refund");
      float[] money = model.embedPassage("Money");
      assertThat(SharedModel.cosine(refund, refund)).isCloseTo(1f, within());
      float[] both = model.embedPassage("refund money");
      assertThat(SharedModel.cosine(both, refund)).isGreaterThan(0.1f);
      assertThat(SharedModel.cosine(both, money)).isGreaterThan(0.1f);
      assertThat(model.embedQuery("refund")).isEqualTo(refund);
      assertThat(registry.warming()).as("the default one alone").hasSize(1);
    }
  }

  private static org.assertj.core.data.Offset<Float> within() {
    return org.assertj.core.api.Assertions.within(1e-5f);
  }

  @Test
  void aWindowIsFullOfTextWhereTheTokenizerHasNoSpecialTokens() {
    new TinyModel(1).write(models.resolve("tiny"));
    try (ModelRegistry registry = load()) {
      EmbeddingModel model = registry.get(new EmbeddingModelId("tiny"));
      assertThat(model.chunks("agent ".repeat(32))).hasSize(1);
      assertThat(model.embedPassage("agent ".repeat(32))).hasSize(8);
      assertThat(model.chunks("agent ".repeat(33))).hasSize(2);
      RekindleException e =
          catchRefusal(() -> model.embedPassage("agent ".repeat(33)), RekindleException.class);
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
    tiny.write(models.resolve("tiny"));
    try (ModelRegistry registry = load()) {
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
    tiny.write(models.resolve("tiny"));
    try (ModelRegistry registry = load()) {
      EmbeddingModel model = registry.get(new EmbeddingModelId("tiny"));
      assertThat(model.embedQuery("refund")).isEqualTo(model.embedPassage("money refund"));
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
    tiny.write(models.resolve("tiny"));
    try (ModelRegistry registry = load()) {
      assertThat(registry.get(new EmbeddingModelId("tiny")).embedPassage("refund")).hasSize(8);
    }
  }

  private static OnnxParts gatherTo(String output) {
    return OnnxParts.node("Gather").with(1, TinyModel.TABLE).with(1, "input_ids").with(2, output);
  }

  @Test
  void withoutAFolderTheBuiltInModelsAreAllAndNoneIsLoaded() {
    keys.clear();
    try (ModelRegistry registry = load()) {
      assertThat(registry.models())
          .extracting(model -> model.id().value())
          .containsExactly("bge-small-en-v1.5", "all-minilm-l6-v2");
      assertThat(registry.models()).noneMatch(EmbeddingModel::isWarm);
    }
  }

  @Test
  void keysThatAreMissingUnknownTwiceOrMalformed() {
    for (String key : List.copyOf(new TinyModel(1).properties.keySet())) {
      assertModelRefused(
          tiny -> tiny.properties.remove(key),
          "a key is missing (file: model.properties, key: " + key + ")");
    }
    assertModelRefused(
        tiny -> tiny.properties.put("poling", "cls"),
        "a key is unknown (file: model.properties, key: poling)");
    assertModelRefused(
        tiny -> tiny.properties.put("window ", "16"),
        "a key stands there twice (file: model.properties, key: window)");
    assertModelRefused(
        tiny -> tiny.properties.put("query-prefix", "\\uXYZ0"),
        "a file has a malformed \\u escape (file: model.properties)");
    assertModelRefused(
        tiny -> tiny.properties.put("pooling", "max"),
        "a key has a value that it does not take (file: model.properties, key: pooling,"
            + " limit: [cls, mean], actual: max)");
    assertModelRefused(
        tiny -> tiny.properties.put("distance", "manhattan"),
        "a key has a value that it does not take (file: model.properties, key: distance,"
            + " limit: [cosine, dot, l2], actual: manhattan)");
    assertModelRefused(
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
            assertModelRefused(
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
    assertModelRefused(
        tiny -> tiny.properties.put("query-prefix", "x".repeat(1_025)),
        "a key is a text within its limit (file: model.properties, key: query-prefix,"
            + " limit: 1024, actual: 1025, unit: bytes)");
    assertModelRefused(
        tiny -> tiny.properties.put("window", "23"),
        "the window leaves a query too few tokens beside the prefix and the special ones"
            + " (key: window, tokens: 23, limit: 24)",
        "overlap",
        "0");
    assertModelRefused(
        tiny -> tiny.properties.put("overlap", "17"),
        "the overlap is more than half of the text in a window (key: overlap, limit: 16,"
            + " actual: 17)");
  }

  @Test
  void otherFilesThanThePinnedOnes() {
    String pinned = new TinyModel(2).sha256();
    assertModelRefused(
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
      Path folder = new TinyModel(1).write(models.resolve("tiny"));
      Files.delete(folder.resolve(file));
      assertRefused(
          "The embedding model tiny can't be used: a file is missing (file: " + file + ").");
    }
  }

  @Test
  void filesOverTheirLimits() throws Exception {
    Path folder = new TinyModel(1).write(models.resolve("tiny"));
    Map<String, String> limits =
        Map.of("model.onnx", "model-bytes-max", "tokenizer.json", "tokenizer-bytes-max");
    for (Map.Entry<String, String> limit : limits.entrySet()) {
      long bytes = Files.size(folder.resolve(limit.getKey()));
      keys.put(limit.getValue(), (bytes - 1) + "B");
      assertRefused(
          "The embedding model tiny can't be used: a file exceeds its limit (file: "
              + limit.getKey()
              + ", limit: "
              + (bytes - 1)
              + ", actual: "
              + bytes
              + ", unit: bytes).");
      keys.put(limit.getValue(), bytes + "B");
    }
    load().close();
    Files.writeString(folder.resolve("model.properties"), "#".repeat(16 * 1024 + 1));
    assertRefused(
        "The embedding model tiny can't be used: a file exceeds its limit (file: model.properties,"
            + " limit: 16384, actual: 16385, unit: bytes).");
  }

  @Test
  void linksAndSpecialFilesAreNotOpened() throws Exception {
    Path outside = new TinyModel(1).write(data.resolve("outside"));
    for (String file : List.of("model.onnx", "tokenizer.json", "model.properties")) {
      String refusal =
          "The embedding model tiny can't be used: a link or special file is in the place of a file"
              + " (file: "
              + file
              + ").";
      Path folder = new TinyModel(1).write(models.resolve("tiny"));
      Path path = folder.resolve(file);
      Files.delete(path);
      Files.createSymbolicLink(path, outside.resolve(file));
      assertRefused(refusal);
      Files.delete(path);
      assertThat(new ProcessBuilder("mkfifo", path.toString()).start().waitFor()).isZero();
      assertRefused(refusal);
      Files.delete(path);
      Files.createDirectory(path);
      assertRefused(refusal);
      Files.delete(path);
    }
  }

  @Test
  void whatIsNoFolderOfAModel() throws Exception {
    Path outside = new TinyModel(1).write(data.resolve("outside"));
    Path entry = models.resolve("tiny");
    Files.createSymbolicLink(entry, outside);
    assertRefused("The models folder holds folders, one for each model, and tiny is none.");
    Files.delete(entry);
    Files.writeString(entry, "a file");
    assertRefused("The models folder holds folders, one for each model, and tiny is none.");
    Files.delete(entry);
    for (String name : List.of("Tiny", "-tiny", "lost+found", "ti ny", "t".repeat(65))) {
      Path folder = Files.createDirectory(models.resolve(name));
      assertRefused(
          "The name of an embedding model is 1 to 64 characters of a-z, 0-9, '.', '_' and '-', and "
              + (name.length() > 64 ? "t".repeat(64) + "..." : name)
              + " is not.");
      Files.delete(folder);
    }
    for (String name : List.of("external", "bge-small-en-v1.5", "all-minilm-l6-v2")) {
      Path folder = Files.createDirectory(models.resolve(name));
      assertRefused("The name of the embedding model " + name + " is taken by Rekindle itself.");
      Files.delete(folder);
    }
  }

  @Test
  void moreModelsThanTheLimit() {
    keys.put("models-max", "2");
    for (String name : List.of("one", "two")) {
      new TinyModel(1).write(models.resolve(name));
    }
    load().close();
    new TinyModel(1).write(models.resolve("three"));
    assertRefused(
        "The models folder "
            + models
            + " has more than 2 models, the limit of rekindle.embedding.models-max.");
  }

  @Test
  void aFolderThatIsNotThere() {
    keys.put("models-folder", "elsewhere");
    assertRefused(
        "The models folder " + data.resolve("elsewhere") + " is missing or can't be read.");
  }

  @Test
  void anOnnxFileThatIsDamaged() {
    String damaged = "the file is damaged, or is not ONNX (file: model.onnx)";
    assertModelRefused(tiny -> tiny.onnx = Arrays.copyOf(tiny.onnx, tiny.onnx.length - 1), damaged);
    assertModelRefused(tiny -> tiny.onnx = new byte[] {1, 2, 3}, damaged);
    assertModelRefused(
        tiny -> tiny.onnx = new byte[0],
        "the file lacks an ONNX graph, or the sets of its operators (file: model.onnx)");
  }

  @Test
  void anOperatorThatDoesNotExist() {
    OnnxParts graph =
        TinyModel.graph(TinyModel.table(1))
            .with(1, OnnxParts.node("NoSuchOperator").with(1, "input_ids").with(2, "more"));
    assertGraphRefused(
        graph, "an embedding model can't be loaded (model: tiny, onnx: ORT_INVALID_GRAPH)");
  }

  @Test
  void anOnnxFileThatRefersToAnother() throws Exception {
    Files.write(data.resolve("weights"), new byte[8 * TinyModel.DIMENSIONS * Float.BYTES]);
    OnnxParts table =
        message()
            .with(1, 8)
            .with(1, TinyModel.DIMENSIONS)
            .with(2, 1)
            .with(8, TinyModel.TABLE)
            .with(13, OnnxParts.entry(Map.entry("location", "../../weights")))
            .with(14, 1);
    assertModelRefused(
        tiny -> tiny.onnx = OnnxParts.model(TinyModel.graph(table)).bytes().toByteArray(),
        "the model keeps weights in another file, and they must be in this one (file: model.onnx)");
  }

  @Test
  void operatorsThatTheRuntimeDoesNotHave() {
    OnnxParts graph =
        TinyModel.graph(TinyModel.table(1)).with(1, OnnxParts.node("Op").with(7, "custom"));
    assertModelRefused(
        tiny -> tiny.onnx = OnnxParts.model(graph).bytes().toByteArray(),
        "the model has operators that the runtime does not have (file: model.onnx,"
            + " domain: custom)");
  }

  @Test
  void otherInputsThanThoseOfAnEncoder() {
    assertGraphRefused(
        graph("ids", OnnxParts.floatValue("last_hidden_state", "b", "t", 8)),
        "the model lacks an input (file: model.onnx, input: input_ids)");
    OnnxParts pixels =
        TinyModel.graph(TinyModel.table(1)).with(11, OnnxParts.floatValue("pixels", "b", "t"));
    assertGraphRefused(
        pixels,
        "the model has an input that nobody would fill (file: model.onnx, input: pixels,"
            + " known: attention_mask, input_ids, token_type_ids)");
    OnnxParts floats =
        TinyModel.graph(TinyModel.table(1))
            .with(11, OnnxParts.floatValue("token_type_ids", "b", "t"));
    assertGraphRefused(
        floats,
        "an input of the model is not int64 of the shape [batch, tokens] (file: model.onnx,"
            + " input: token_type_ids)");
  }

  @Test
  void otherOutputsThanStatesOfTheDimensions() {
    assertModelRefused(
        tiny -> tiny.properties.put("dimensions", "16"),
        "the model has other dimensions (file: model.onnx, dimensions: 16, actual: 8)");
    assertGraphRefused(
        message()
            .with(1, gatherTo("states"))
            .with(1, OnnxParts.node("ReduceMean").with(1, "states").with(2, "mean"))
            .with(1, OnnxParts.node("Squeeze").with(1, "mean").with(2, "scalar"))
            .with(5, TinyModel.table(1))
            .with(11, OnnxParts.int64Value("input_ids", "b", "t"))
            .with(12, OnnxParts.floatValue("scalar")),
        "the model has no output of the shape [batch, tokens, dimensions] (file: model.onnx)");
  }

  @Test
  void anOutputWhoseShapeShowsOnlyWhenItRuns() {
    assertModelRefused(
        tiny -> {
          tiny.properties.put("dimensions", "16");
          tiny.onnx =
              OnnxParts.model(
                      graph("input_ids", OnnxParts.floatValue("last_hidden_state", "b", "t", "d")))
                  .bytes()
                  .toByteArray();
        },
        "the model has other dimensions (file: model.onnx, dimensions: 16, actual: 8)");
  }

  private static OnnxParts graph(String input, OnnxParts output) {
    return message()
        .with(
            1,
            OnnxParts.node("Gather")
                .with(1, TinyModel.TABLE)
                .with(1, input)
                .with(2, "last_hidden_state"))
        .with(5, TinyModel.table(1))
        .with(11, OnnxParts.int64Value(input, "b", "t"))
        .with(12, output);
  }

  @Test
  void aTokenizerThatIsDamaged() {
    String damaged = "the tokenizer is damaged, or of another format (file: tokenizer.json)";
    assertModelRefused(
        tiny -> tiny.tokenizer = tiny.tokenizer.substring(0, tiny.tokenizer.length() / 2), damaged);
    assertModelRefused(tiny -> tiny.tokenizer = "", damaged);
    assertModelRefused(tiny -> tiny.tokenizer = "[]", damaged);
    assertModelRefused(tiny -> tiny.tokenizer = "{\"model\":{}}", damaged);
  }

  @Test
  void aTokenizerThatIsNotUtf8() throws Exception {
    Path folder = new TinyModel(1).write(models.resolve("tiny"));
    Files.write(folder.resolve("model.properties"), new byte[] {(byte) 0xff});
    assertRefused(
        "The embedding model tiny can't be used: a file is not UTF-8 (file: model.properties).");
  }

  @Test
  void aTokenizerThatKnowsMoreThanTheModel() {
    List<String> more = new ArrayList<>(TinyModel.WORDS);
    more.add("surplus");
    assertModelRefused(
        tiny -> tiny.tokenizer = TinyModel.tokenizer(more),
        "the tokenizer has an id that the model has no embedding of (file: tokenizer.json, id: 8,"
            + " onnx: ORT_INVALID_ARGUMENT)");
    assertModelRefused(
        tiny ->
            tiny.tokenizer =
                tiny.tokenizer.replace(
                    "\"added_tokens\":[]",
                    """
                    "added_tokens":[{"id":8,"content":"[X]","single_word":false,"lstrip":false,
                    "rstrip":false,"normalized":false,"special":true}]\
                    """),
        "the tokenizer has an id that the model has no embedding of (file: tokenizer.json, id: 8,"
            + " onnx: ORT_INVALID_ARGUMENT)");
  }

  @Test
  void aTokenizerThatHasNoTokenForTheRest() {
    assertModelRefused(
        tiny ->
            tiny.tokenizer =
                tiny.tokenizer
                    .replace("[UNK]", "[REST]")
                    .replace("\"unk_token\":\"[REST]\"", "\"unk_token\":\"[UNK]\""),
        "the tokenizer failed on a text");
  }

  private void assertGraphRefused(OnnxParts graph, String fault) {
    assertModelRefused(tiny -> tiny.onnx = OnnxParts.model(graph).bytes().toByteArray(), fault);
  }

  private void assertModelRefused(Consumer<TinyModel> change, String fault, String... properties) {
    TinyModel tiny = new TinyModel(1);
    change.accept(tiny);
    for (int i = 0; i < properties.length; i += 2) {
      tiny.properties.put(properties[i], properties[i + 1]);
    }
    if (!fault.contains("key: sha256") || tiny.properties.containsKey("sha256")) {
      tiny.write(models.resolve("tiny"));
    }
    assertRefused("The embedding model tiny can't be used: " + fault + ".");
  }

  private void assertRefused(String sentence) {
    assertThatExceptionOfType(StartRefusedException.class)
        .isThrownBy(() -> load().close())
        .withMessage(sentence);
  }

  private ModelRegistry load() {
    return ModelRegistry.load(config(), data);
  }

  private NodeConfig.Embedding config() {
    Map<String, String> all = new HashMap<>();
    keys.forEach((key, value) -> all.put("rekindle.embedding." + key, value));
    try {
      return NodeConfigLoader.load(data, all).embedding();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static <E extends Throwable> E catchRefusal(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call, Class<E> type) {
    return org.assertj.core.api.Assertions.catchThrowableOfType(type, call);
  }
}
