package io.rekindle.node.embedding;

import io.rekindle.node.model.Distance;
import io.rekindle.node.model.EmbeddingModelId;

/**
 * What must be known of a model before its files are read. The vector of a text is the last hidden
 * state of its first token (CLS pooling), at unit length.
 *
 * @param onnxResource on the class path
 * @param tokenizerResource on the class path, in the format of HuggingFace's tokenizers
 * @param sha256 in hexadecimal, of both files, the ONNX one first
 * @param window tokens that one call takes, the two special ones included
 * @param overlap tokens that a chunk repeats of the one before, rounded down to whole words
 * @param queryPrefix what the model was trained to see before a query
 */
record ModelSpec(
    EmbeddingModelId id,
    String onnxResource,
    String tokenizerResource,
    String sha256,
    int dimensions,
    Distance distance,
    int window,
    int overlap,
    String queryPrefix) {
  /** {@code [CLS]} and {@code [SEP]}. */
  static final int SPECIAL_TOKENS = 2;

  /** BAAI's bge-small-en-v1.5, dynamically quantised to 8 bits: 34 MB, English. */
  static final ModelSpec BGE_SMALL_EN =
      new ModelSpec(
          EmbeddingModelId.BGE_SMALL_EN,
          "bge-small-en-v1.5-q.onnx",
          "bge-small-en-v1.5-q-tokenizer.json",
          "46a5f4dce5dacffe8a0984000c46a8fef58a2dcd79550ef1c1f0fe30ba4ba7b5",
          384,
          Distance.COSINE,
          512,
          64,
          "Represent this sentence for searching relevant passages: ");

  /** Tokens of text in a chunk. */
  int chunkTokensMax() {
    return window - SPECIAL_TOKENS;
  }
}
