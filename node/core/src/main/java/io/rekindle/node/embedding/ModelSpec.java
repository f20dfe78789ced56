package io.rekindle.node.embedding;

import io.rekindle.node.model.Distance;
import io.rekindle.node.model.EmbeddingModelId;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;

/**
 * What must be known of a model before its files are read. The vector of a text is the pooled last
 * hidden states of its tokens, at unit length.
 *
 * @param source of the two files
 * @param sha256 in hexadecimal, of both files, the ONNX one first
 * @param pooling which vector the hidden states become
 * @param window tokens that one call takes, the special ones included
 * @param overlap tokens that a chunk repeats of the one before, rounded down to whole words
 * @param queryPrefix what the model was trained to see before a query
 * @param passagePrefix the same before what is stored; no part of any chunk
 */
record ModelSpec(
    EmbeddingModelId id,
    ModelSource source,
    String sha256,
    int dimensions,
    Distance distance,
    Pooling pooling,
    int window,
    int overlap,
    String queryPrefix,
    String passagePrefix) {
  /** Enough to tell one prefix from another in a sentence. */
  private static final int PREFIX_DIGEST_BYTES = 8;

  /** BAAI's bge-small-en-v1.5, dynamically quantised to 8 bits: 34 MB, English. */
  static final ModelSpec BGE_SMALL_EN =
      new ModelSpec(
          EmbeddingModelId.BGE_SMALL_EN,
          new ClassPathModel("bge-small-en-v1.5-q.onnx", "bge-small-en-v1.5-q-tokenizer.json"),
          "46a5f4dce5dacffe8a0984000c46a8fef58a2dcd79550ef1c1f0fe30ba4ba7b5",
          384,
          Distance.COSINE,
          Pooling.CLS,
          512,
          64,
          "Represent this sentence for searching relevant passages: ",
          "");

  /**
   * Microsoft's MiniLM as tuned by sentence-transformers, dynamically quantised to 8 bits: 23 MB,
   * English, twice as fast as the default and less accurate. It could take 512 tokens; its makers
   * set 256, since it never saw longer texts in training, and more of a text blurs its mean.
   */
  static final ModelSpec ALL_MINILM_L6 =
      new ModelSpec(
          EmbeddingModelId.ALL_MINILM_L6,
          new ClassPathModel("all-minilm-l6-v2-q.onnx", "all-minilm-l6-v2-q-tokenizer.json"),
          "6ea94d8f890e7e0ec326cd8e75eacdcbed9611a0c3d7cbff4e5eac08969213a8",
          384,
          Distance.COSINE,
          Pooling.MEAN,
          256,
          32,
          "",
          "");

  /**
   * What a vector depends on besides its text: the files, how their states are pooled, and what
   * stands before the text, if anything does. What stands before a query is in no vector that is
   * kept.
   */
  String fingerprint() {
    String fingerprint = sha256 + "/" + pooling.name().toLowerCase(Locale.ROOT);
    return passagePrefix.isEmpty() ? fingerprint : fingerprint + "/" + digest(passagePrefix);
  }

  private static String digest(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, PREFIX_DIGEST_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has SHA-256", e);
    }
  }
}
