package io.rekindle.node.embedding;

import static io.rekindle.node.embedding.OnnxParts.message;
import static io.rekindle.node.embedding.OnnxParts.node;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.rekindle.node.error.RekindleException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OnnxFileTest {
  private static final String EXTERNAL =
      "the model keeps weights in another file, and they must be in this one (file: model.onnx)";
  private static final String DAMAGED = "the file is damaged, or is not ONNX (file: model.onnx)";

  private static final String NO_GRAPH =
      "the file lacks an ONNX graph, or the sets of its operators (file: model.onnx)";

  /** Every way from a graph to another graph, or to a weight. */
  private static final Map<String, UnaryOperator<OnnxParts>> TO_A_GRAPH =
      Map.of(
          "attribute", graph -> inAttribute(message().with(6, graph)),
          "attribute of graphs", graph -> inAttribute(message().with(11, graph)));

  private static final Map<String, UnaryOperator<OnnxParts>> TO_A_TENSOR =
      Map.of(
          "initializer", tensor -> message().with(5, tensor),
          "values of a sparse one", tensor -> message().with(15, message().with(1, tensor)),
          "indices of a sparse one", tensor -> message().with(15, message().with(2, tensor)),
          "attribute", tensor -> inAttribute(message().with(5, tensor)),
          "attribute of tensors", tensor -> inAttribute(message().with(10, tensor)),
          "sparse attribute", tensor -> inAttribute(message().with(22, message().with(1, tensor))),
          "attribute of sparse ones",
              tensor -> inAttribute(message().with(23, message().with(1, tensor))));

  private static OnnxParts inAttribute(OnnxParts attribute) {
    return message().with(1, node("If").with(5, attribute));
  }

  private static OnnxParts model(OnnxParts graph) {
    return OnnxParts.model(graph);
  }

  @Test
  void aModelThatKeepsItsWeightsIsLetThrough() {
    byte[] tiny = new TinyModel(1).onnx;
    assertThatCode(() -> check(tiny)).doesNotThrowAnyException();
    assertThatCode(() -> check(model(message().with(1, node("Add").with(7, "com.microsoft")))))
        .doesNotThrowAnyException();
  }

  @Test
  void aFileThatIsCutAnywhereIsRefused() {
    byte[] whole = new TinyModel(1).onnx;
    for (int length = 0; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThatExceptionOfType(RekindleException.class)
          .as("cut at " + length)
          .isThrownBy(() -> check(cut));
    }
  }

  @Test
  void garbageIsRefused() {
    Random random = new Random(7);
    for (int i = 0; i < 2_000; i++) {
      byte[] garbage = new byte[random.nextInt(200)];
      random.nextBytes(garbage);
      assertThatExceptionOfType(RekindleException.class).isThrownBy(() -> check(garbage));
    }
    assertRefused(message().with(1, 8), NO_GRAPH);
    assertRefused(message().with(7, 8), DAMAGED);
  }

  @Test
  void weightsInAnotherFileAreRefusedWhereverTheyAre() {
    OnnxParts byEntry =
        message().with(8, "w").with(13, OnnxParts.entry(Map.entry("location", "../secrets")));
    OnnxParts byLocation = message().with(8, "w").with(14, 1);
    TO_A_TENSOR.forEach(
        (_, toTensor) -> {
          for (OnnxParts tensor : new OnnxParts[] {byEntry, byLocation}) {
            OnnxParts graph = toTensor.apply(tensor);
            assertRefused(model(graph), EXTERNAL);
            TO_A_GRAPH.forEach(
                (_, toGraph) -> assertRefused(model(toGraph.apply(graph)), EXTERNAL));
            assertRefused(model(message()).with(20, message().with(1, graph)), EXTERNAL);
            assertRefused(model(message()).with(20, message().with(2, graph)), EXTERNAL);
          }
        });
    OnnxParts attribute = message().with(5, byEntry);
    assertRefused(model(message()).with(25, message().with(11, attribute)), EXTERNAL);
    assertRefused(
        model(message()).with(25, message().with(7, node("Constant").with(5, attribute))),
        EXTERNAL);
    assertThatCode(() -> check(model(message().with(5, message().with(14, 0)))))
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(strings = {"custom", "ai.onnx.contrib", "com.microsoft.extensions", "AI.ONNX"})
  void operatorsOfAnotherDomainAreRefusedWhereverTheyAre(String domain) {
    String refusal =
        "the model has operators that the runtime does not have (file: model.onnx, domain: "
            + domain
            + ")";
    OnnxParts graph = message().with(1, node("Op").with(7, domain));
    assertRefused(model(graph), refusal);
    TO_A_GRAPH.forEach((_, toGraph) -> assertRefused(model(toGraph.apply(graph)), refusal));
    assertRefused(
        model(message()).with(25, message().with(7, node("Op").with(7, domain))), refusal);
  }

  @Test
  void aLongOrUnprintableDomainIsQuotedShort() {
    assertRefused(
        model(message().with(1, node("Op").with(7, "\n" + "x".repeat(100)))),
        "the model has operators that the runtime does not have (file: model.onnx, domain: ?"
            + "x".repeat(63)
            + "...)");
    assertRefused(model(message().with(1, node("Op").with(7, "x".repeat(257)))), DAMAGED);
  }

  @Test
  void graphsThatNestTooDeepAreRefused() {
    assertThatCode(() -> check(model(nested(20)))).doesNotThrowAnyException();
    assertRefused(
        model(nested(5_000)), "the graphs of the file nest too deep (file: model.onnx, limit: 64)");
  }

  private static OnnxParts nested(int levels) {
    OnnxParts graph = message();
    for (int i = 0; i < levels; i++) {
      graph = inAttribute(message().with(6, graph));
    }
    return graph;
  }

  private static void assertRefused(OnnxParts model, String described) {
    assertThatExceptionOfType(RekindleException.class)
        .isThrownBy(() -> check(model))
        .extracting(RekindleException::describe)
        .isEqualTo(described);
  }

  private static void check(OnnxParts model) {
    check(model.bytes().toByteArray());
  }

  private static void check(byte[] file) {
    OnnxFile.check(ByteBuffer.allocateDirect(file.length).put(file).flip());
  }
}
