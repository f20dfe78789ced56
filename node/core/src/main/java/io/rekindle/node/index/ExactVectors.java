package io.rekindle.node.index;

import io.rekindle.node.model.MemoryId;
import org.jspecify.annotations.Nullable;

/**
 * Where an index gets the exact vectors that it does not keep. Thread-safe. Called without any lock
 * held, and never inside of a change.
 */
public interface ExactVectors {
  /**
   * The vector of a chunk, or null when it is gone or of another content by now.
   *
   * @throws io.rekindle.node.error.RekindleException when it is there and cannot be read
   */
  float @Nullable [] read(MemoryId id, int chunk, long contentVersion);
}
