package io.rekindle.cli.transfer;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Reads numbered lines of strict UTF-8, none longer than a limit. Not thread-safe. */
final class LineReader {
  /** More than any memory: content, metadata and a vector of 4,096 numbers as text. */
  static final int LINE_BYTES_MAX = 1024 * 1024;

  private final InputStream input;
  private long number;
  private long bytes;

  LineReader(InputStream input) {
    this.input = new BufferedInputStream(input, 1 << 16);
  }

  /**
   * One line.
   *
   * @param number from 1
   * @param problem why it cannot be used, or null
   */
  record Line(long number, String text, @Nullable String problem) {
    boolean isBlank() {
      return problem == null && text.isBlank();
    }
  }

  /** The next line, or null at the end. */
  @Nullable Line next() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream(512);
    boolean any = false;
    boolean tooLong = false;
    for (int b = input.read(); b >= 0; b = input.read()) {
      any = true;
      bytes++;
      if (b == '\n') {
        break;
      }
      tooLong |= line.size() >= LINE_BYTES_MAX;
      if (!tooLong) {
        line.write(b);
      }
    }
    if (!any) {
      return null;
    }
    number++;
    if (tooLong) {
      return new Line(number, "", "the line is longer than 1 MiB");
    }
    try {
      String text =
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(line.toByteArray()))
              .toString();
      return new Line(number, text, null);
    } catch (CharacterCodingException e) {
      return new Line(number, "", "the line is not valid UTF-8");
    }
  }

  /** Bytes read so far. */
  long bytes() {
    return bytes;
  }
}
