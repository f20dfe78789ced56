package io.rekindle.node.embedding;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.rekindle.node.config.NodeConfigLoader;
import io.rekindle.node.error.StartRefusedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/** A data folder with a folder of models in it, and what a start says of them. */
final class OperatorModels {
  final Path data;
  final Path models;

  /** Of {@code rekindle.embedding}. */
  final Map<String, String> keys = new HashMap<>();

  OperatorModels(Path data) {
    this.data = data;
    try {
      this.models = Files.createDirectory(data.resolve("models"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    keys.put("models-folder", "models");
  }

  ModelRegistry load() {
    Map<String, String> all = new HashMap<>();
    keys.forEach((key, value) -> all.put("rekindle.embedding." + key, value));
    try {
      return ModelRegistry.load(NodeConfigLoader.load(data, all).embedding(), data);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** That a start with these models says so, and nothing else. */
  void assertRefused(String sentence) {
    assertThatExceptionOfType(StartRefusedException.class)
        .isThrownBy(() -> load().close())
        .withMessage(sentence);
  }

  /** That a model that works does not, once it is changed. */
  void assertModelRefused(Consumer<TinyModel> change, String fault) {
    TinyModel tiny = new TinyModel(1);
    change.accept(tiny);
    tiny.write(models.resolve("tiny"));
    assertRefused("The embedding model tiny can't be used: " + fault + ".");
  }

  /** That a model of this graph does not work. */
  void assertGraphRefused(OnnxParts graph, String fault) {
    assertModelRefused(tiny -> tiny.onnx = OnnxParts.model(graph).bytes().toByteArray(), fault);
  }
}
