package io.rekindle.node.embedding;

import ai.djl.huggingface.tokenizers.jni.CharSpan;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;

/**
 * HuggingFace's tokenizer, through the native interface of DJL and without its Java wrapper; see
 * {@link NativeLibraries}.
 *
 * <p>Never truncates or pads. Thread-safe except for {@link #close()}, after which no method may be
 * called.
 */
final class Tokenizer implements AutoCloseable {
  private static final TokenizersLibrary NATIVE = TokenizersLibrary.LIB;

  private final long handle;

  /**
   * @param json the file {@code tokenizer.json} of a model
   * @throws RekindleException INTERNAL when it is none
   */
  Tokenizer(String json) {
    handle = create(json);
    NATIVE.disableTruncation(handle);
    NATIVE.disablePadding(handle);
  }

  private static long create(String json) {
    try {
      return NATIVE.createTokenizerFromString(json);
    } catch (RuntimeException e) {
      throw ModelFault.because(
          e, "the tokenizer is damaged, or of another format", "file", ModelFolder.TOKENIZER);
    }
  }

  /** How many tokens every text has besides its own, such as {@code [CLS]} and {@code [SEP]}. */
  int specialTokens() {
    return ids("a").length - count("a");
  }

  /** The ids of a text as the model wants them, special tokens included. */
  long[] ids(String text) {
    return ids(text, true);
  }

  /** How many tokens a text has, special ones apart. */
  int count(String text) {
    return ids(text, false).length;
  }

  private long[] ids(String text, boolean withSpecialTokens) {
    long encoding = encode(text, withSpecialTokens);
    try {
      return NATIVE.getTokenIds(encoding);
    } finally {
      NATIVE.deleteEncoding(encoding);
    }
  }

  /** The tokens of a text and where they are, special ones apart. */
  Tokens tokenize(String text) {
    long encoding = encode(text, false);
    try {
      return new Tokens(
          NATIVE.getTokenIds(encoding),
          NATIVE.getWordIds(encoding),
          starts(text, NATIVE.getTokenCharSpans(encoding)));
    } finally {
      NATIVE.deleteEncoding(encoding);
    }
  }

  private long encode(String text, boolean withSpecialTokens) {
    try {
      return NATIVE.encode(handle, text, withSpecialTokens);
    } catch (RuntimeException e) {
      // Without the cause: its message may quote the text.
      throw new RekindleException(ErrorCode.INTERNAL, "the tokenizer failed on a text");
    }
  }

  /** The native code counts code points; Java counts UTF-16 code units. */
  private static int[] starts(String text, CharSpan[] spans) {
    int[] starts = new int[spans.length];
    int codePoint = 0;
    int unit = 0;
    for (int i = 0; i < spans.length; i++) {
      int start = spans[i].getStart();
      unit = text.offsetByCodePoints(unit, start - codePoint);
      codePoint = start;
      starts[i] = unit;
    }
    return starts;
  }

  @Override
  public void close() {
    NATIVE.deleteTokenizer(handle);
  }
}
