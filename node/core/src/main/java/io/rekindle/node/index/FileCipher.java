package io.rekindle.node.index;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * Seals the files of one slice's indexes, each under a key of its own that dies with the file.
 * Thread-safe.
 */
public interface FileCipher {
  /**
   * What is written to the answer lies sealed in {@code to}; whole only when closed.
   *
   * @param name of the file; it opens under no other
   */
  OutputStream sealing(OutputStream to, String name) throws IOException;

  /**
   * What was sealed into {@code from} under the same name.
   *
   * @throws IOException when the file is another one, or a byte of it; at once or while it is read
   */
  InputStream opening(InputStream from, String name) throws IOException;
}
