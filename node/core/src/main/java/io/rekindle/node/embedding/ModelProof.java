package io.rekindle.node.embedding;

import ai.onnxruntime.OrtException;
import io.rekindle.node.error.RekindleException;

/**
 * Tries a loaded model before anybody's text does: whether window, overlap and prefixes fit each
 * other, whether the network takes a whole window and every id that the tokenizer can give.
 */
record ModelProof(ModelSpec spec) {
  /** Of several scripts and of none, so that a tokenizer without a token for the rest fails. */
  private static final String TEXT = "Rekindle 1, \u6f22\u5b57 \ud83d\ude00 \u0e44\u0e17\u0e22";

  /** One character may be 18 tokens (U+FDFA in NFKD), and every chunk must get beyond one. */
  private static final int TEXT_TOKENS_MIN = 24;

  /**
   * @param lastId the largest in the vocabulary of the tokenizer
   * @throws RekindleException INTERNAL saying what is wrong
   */
  void check(Tokenizer tokenizer, OnnxEncoder encoder, long lastId) {
    int prefix =
        Math.max(tokenizer.count(spec.queryPrefix()), tokenizer.count(spec.passagePrefix()));
    int text = spec.window() - tokenizer.specialTokens() - prefix;
    if (text < TEXT_TOKENS_MIN) {
      throw ModelFault.of(
          "the window leaves a text too few tokens beside the prefix and the special ones",
          "key",
          ModelProperties.WINDOW,
          "tokens",
          Integer.toString(text),
          "limit",
          Integer.toString(TEXT_TOKENS_MIN));
    }
    if (spec.overlap() > text / 2) {
      throw ModelFault.of(
          "the overlap is more than half of the text in a window",
          "key",
          ModelProperties.OVERLAP,
          "limit",
          Integer.toString(text / 2),
          "actual",
          Integer.toString(spec.overlap()));
    }
    checkVocabulary(encoder, lastId);
    long[] ids = tokenizer.ids(TEXT);
    if (ids.length == 0) {
      throw ModelFault.of("the tokenizer gives no token", "file", ModelFolder.TOKENIZER);
    }
    encode(encoder, ids, "the model fails on a text");
    encode(encoder, window(ids), "the model does not take a whole window");
  }

  private long[] window(long[] some) {
    long[] window = new long[spec.window()];
    for (int i = 0; i < window.length; i++) {
      window[i] = some[i % some.length];
    }
    return window;
  }

  private static void encode(OnnxEncoder encoder, long[] ids, String failure) {
    try {
      var _ = encoder.encode(ids);
    } catch (OrtException e) {
      throw ModelFault.because(
          e,
          failure,
          "file",
          ModelFolder.ONNX,
          "tokens",
          Integer.toString(ids.length),
          "onnx",
          e.getCode().toString());
    }
  }

  private static void checkVocabulary(OnnxEncoder encoder, long lastId) {
    try {
      var _ = encoder.states(new long[] {lastId});
    } catch (OrtException e) {
      throw ModelFault.because(
          e,
          "the tokenizer has an id that the model has no embedding of",
          "file",
          ModelFolder.TOKENIZER,
          "id",
          Long.toString(lastId),
          "onnx",
          e.getCode().toString());
    }
  }
}
