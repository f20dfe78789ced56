package io.rekindle.node.embedding;

import static io.rekindle.node.embedding.OnnxParts.message;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Networks and tokenizers that are no embedding model, or not one of each other. */
@Timeout(120)
class RefusedModelTest {
  private OperatorModels operator;

  @BeforeEach
  void begin(@TempDir Path data) {
    operator = new OperatorModels(data);
  }

  @Test
  void anOnnxFileThatIsDamaged() {
    String damaged = "the file is damaged, or is not ONNX (file: model.onnx)";
    operator.assertModelRefused(
        tiny -> tiny.onnx = Arrays.copyOf(tiny.onnx, tiny.onnx.length - 1), damaged);
    operator.assertModelRefused(tiny -> tiny.onnx = new byte[] {1, 2, 3}, damaged);
    operator.assertModelRefused(
        tiny -> tiny.onnx = new byte[0],
        "the file lacks an ONNX graph, or the sets of its operators (file: model.onnx)");
  }

  @Test
  void anOperatorThatDoesNotExist() {
    OnnxParts graph =
        TinyModel.graph(TinyModel.table(1))
            .with(1, OnnxParts.node("NoSuchOperator").with(1, "input_ids").with(2, "more"));
    operator.assertGraphRefused(
        graph, "an embedding model can't be loaded (model: tiny, onnx: ORT_INVALID_GRAPH)");
  }

  @Test
  void anOnnxFileThatRefersToAnother() throws Exception {
    Files.write(operator.data.resolve("weights"), new byte[8 * TinyModel.DIMENSIONS * Float.BYTES]);
    OnnxParts table =
        message()
            .with(1, 8)
            .with(1, TinyModel.DIMENSIONS)
            .with(2, 1)
            .with(8, TinyModel.TABLE)
            .with(13, OnnxParts.entry(Map.entry("location", "../../weights")))
            .with(14, 1);
    operator.assertModelRefused(
        tiny -> tiny.onnx = OnnxParts.model(TinyModel.graph(table)).bytes().toByteArray(),
        "the model keeps weights in another file, and they must be in this one (file: model.onnx)");
  }

  @Test
  void operatorsThatTheRuntimeDoesNotHave() {
    OnnxParts graph =
        TinyModel.graph(TinyModel.table(1)).with(1, OnnxParts.node("Op").with(7, "custom"));
    operator.assertModelRefused(
        tiny -> tiny.onnx = OnnxParts.model(graph).bytes().toByteArray(),
        "the model has operators that the runtime does not have (file: model.onnx,"
            + " domain: custom)");
  }

  @Test
  void otherInputsThanThoseOfAnEncoder() {
    operator.assertGraphRefused(
        graph("ids", OnnxParts.floatValue("last_hidden_state", "b", "t", 8)),
        "the model lacks an input (file: model.onnx, input: input_ids)");
    OnnxParts pixels =
        TinyModel.graph(TinyModel.table(1)).with(11, OnnxParts.floatValue("pixels", "b", "t"));
    operator.assertGraphRefused(
        pixels,
        "the model has an input that nobody would fill (file: model.onnx, input: pixels,"
            + " known: attention_mask, input_ids, token_type_ids)");
    OnnxParts floats =
        TinyModel.graph(TinyModel.table(1))
            .with(11, OnnxParts.floatValue("token_type_ids", "b", "t"));
    operator.assertGraphRefused(
        floats,
        "an input of the model is not int64 of the shape [batch, tokens] (file: model.onnx,"
            + " input: token_type_ids)");
  }

  @Test
  void otherOutputsThanStatesOfTheDimensions() {
    operator.assertModelRefused(
        tiny -> tiny.properties.put("dimensions", "16"),
        "the model has other dimensions (file: model.onnx, dimensions: 16, actual: 8)");
    operator.assertGraphRefused(
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
    operator.assertModelRefused(
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

  /** Adds a vector of the place of each token, as most encoders do; a place too many fails. */
  @Test
  void aModelWithFewerPositionsThanItsWindow() {
    OnnxParts graph =
        message()
            .with(1, gatherTo("words"))
            .with(
                1,
                OnnxParts.node("CumSum")
                    .with(1, "attention_mask")
                    .with(1, "axis")
                    .with(2, "places"))
            .with(
                1, OnnxParts.node("Gather").with(1, "positions").with(1, "places").with(2, "where"))
            .with(1, OnnxParts.node("Add").with(1, "words").with(1, "where").with(2, "states"))
            .with(5, TinyModel.table(1))
            .with(5, message().with(2, 7).with(7, 1).with(8, "axis"))
            .with(5, OnnxParts.floats("positions", 25, new float[25 * TinyModel.DIMENSIONS]))
            .with(11, OnnxParts.int64Value("input_ids", "b", "t"))
            .with(11, OnnxParts.int64Value("attention_mask", "b", "t"))
            .with(12, OnnxParts.floatValue("states", "b", "t", TinyModel.DIMENSIONS));
    operator.assertGraphRefused(
        graph,
        "the model does not take a whole window (file: model.onnx, tokens: 32,"
            + " onnx: ORT_INVALID_ARGUMENT)");
    TinyModel within = new TinyModel(1);
    within.onnx = OnnxParts.model(graph).bytes().toByteArray();
    within.properties.put("window", "24");
    within.write(operator.models.resolve("tiny"));
    operator.load().close();
  }

  @Test
  void aTokenizerThatIsDamaged() {
    String damaged = "the tokenizer is damaged, or of another format (file: tokenizer.json)";
    operator.assertModelRefused(
        tiny -> tiny.tokenizer = tiny.tokenizer.substring(0, tiny.tokenizer.length() / 2), damaged);
    operator.assertModelRefused(tiny -> tiny.tokenizer = "", damaged);
    operator.assertModelRefused(tiny -> tiny.tokenizer = "[]", damaged);
    operator.assertModelRefused(tiny -> tiny.tokenizer = "{\"model\":{}}", damaged);
  }

  @Test
  void aFileThatIsNotUtf8() throws Exception {
    Path folder = new TinyModel(1).write(operator.models.resolve("tiny"));
    Files.write(folder.resolve("model.properties"), new byte[] {(byte) 0xff});
    operator.assertRefused(
        "The embedding model tiny can't be used: a file is not UTF-8 (file: model.properties).");
  }

  @Test
  void aTokenizerThatKnowsMoreThanTheModel() {
    List<String> more = new ArrayList<>(TinyModel.WORDS);
    more.add("surplus");
    operator.assertModelRefused(
        tiny -> tiny.tokenizer = TinyModel.tokenizer(more),
        "the tokenizer has an id that the model has no embedding of (file: tokenizer.json, id: 8,"
            + " onnx: ORT_INVALID_ARGUMENT)");
    operator.assertModelRefused(
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
    operator.assertModelRefused(
        tiny ->
            tiny.tokenizer =
                tiny.tokenizer
                    .replace("[UNK]", "[REST]")
                    .replace("\"unk_token\":\"[REST]\"", "\"unk_token\":\"[UNK]\""),
        "the tokenizer failed on a text");
  }

  private static OnnxParts gatherTo(String output) {
    return OnnxParts.node("Gather").with(1, TinyModel.TABLE).with(1, "input_ids").with(2, output);
  }
}
