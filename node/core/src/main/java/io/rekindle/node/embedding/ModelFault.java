package io.rekindle.node.embedding;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is wrong with the files of a model, as data; a start says it in one sentence. */
final class ModelFault {
  /** Of what a file says about itself, such as a name in it. */
  private static final int QUOTE_CHARS_MAX = 64;

  private ModelFault() {}

  /**
   * @param text a constant
   * @param details keys and values in turn
   */
  static RekindleException of(String text, String... details) {
    return because(null, text, details);
  }

  /** As {@link #of}, keeping what the libraries said for the diagnostics. */
  static RekindleException because(@Nullable Throwable cause, String text, String... details) {
    Map<String, String> pairs = new LinkedHashMap<>();
    for (int i = 0; i < details.length; i += 2) {
      pairs.put(details[i], details[i + 1]);
    }
    return new RekindleException(ErrorCode.INTERNAL, text, pairs, cause);
  }

  /** A value that someone else wrote, short and on one line. */
  static String quote(String text) {
    String printable = text.replaceAll("[^\\x20-\\x7e]", "?");
    return printable.length() <= QUOTE_CHARS_MAX
        ? printable
        : printable.substring(0, QUOTE_CHARS_MAX) + "...";
  }
}
