package io.rekindle.node.embedding;

import java.lang.foreign.Arena;

/** The built-in models, each loaded once for all tests of the module. */
final class SharedModel {
  static final OnnxEmbeddingModel BGE =
      new OnnxEmbeddingModel(ModelSpec.BGE_SMALL_EN, NativeLibraries.besideClasses());

  static final OnnxEmbeddingModel MINILM =
      new OnnxEmbeddingModel(ModelSpec.ALL_MINILM_L6, NativeLibraries.besideClasses());

  private SharedModel() {}

  /** The tokenizer alone. */
  static Tokenizer tokenizer() {
    NativeLibraries.load(NativeLibraries.besideClasses());
    try (Arena arena = Arena.ofConfined()) {
      return new Tokenizer(ModelFiles.read(ModelSpec.BGE_SMALL_EN, arena).tokenizerJson());
    }
  }

  static float cosine(float[] a, float[] b) {
    float sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }
}
