package io.rekindle.node.audit;

import java.io.IOException;
import java.nio.file.Path;

/** One file that is being appended to: the rim where a disk may fail. One thread at a time. */
interface TailFile extends AutoCloseable {
  /** Appends all bytes; when it throws, any part of them may be in the file. */
  void write(byte[] bytes) throws IOException;

  /** Returns when all written bytes survive a power loss. */
  void sync() throws IOException;

  /** Cuts the file; the next write appends there. */
  void truncate(long size) throws IOException;

  @Override
  void close() throws IOException;

  /** Makes new files. */
  interface Maker {
    /** Makes a file that does not exist yet, readable by its owner alone. */
    TailFile create(Path path) throws IOException;
  }
}
