package io.rekindle.node.storage.row;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import java.util.Map;

/**
 * Format bytes: a release reads its own format and all earlier ones. A row's constructor sets its
 * byte; a final field with a constant beside its declaration is one for the compiler, which would
 * compare that constant and never look at the row.
 */
final class Formats {
  private Formats() {}

  /** Refuses a row written by a newer release. */
  static void requireKnown(byte format, byte newest) {
    if (format < 1 || format > newest) {
      throw new RekindleException(
          ErrorCode.DATA_CORRUPTED,
          "a row has a format that this release does not know",
          Map.of("format", Byte.toString(format)));
    }
  }
}
