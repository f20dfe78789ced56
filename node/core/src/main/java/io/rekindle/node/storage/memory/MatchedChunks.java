package io.rekindle.node.storage.memory;

import io.rekindle.node.model.ChunkSpan;
import io.rekindle.node.storage.row.Caches;
import io.rekindle.node.storage.row.MemoryKey;
import io.rekindle.node.storage.row.MemoryRow;
import io.rekindle.node.storage.row.VectorKey;
import io.rekindle.node.storage.row.VectorRow;
import org.jspecify.annotations.Nullable;

/** Says which part of a content a hit is about. Thread-safe. */
final class MatchedChunks {
  private final Caches caches;

  MatchedChunks(Caches caches) {
    this.caches = caches;
  }

  /**
   * Where a chunk lies. The only chunk of a content is all of it, which needs no look at its
   * vector.
   *
   * @param row of {@code key}, as it was read for the answer
   * @param content of {@code row}
   * @return null when the row has no such chunk, its vectors have changed since, or they were
   *     written before chunks said where they lie
   */
  @Nullable ChunkSpan spanOf(MemoryKey key, MemoryRow row, int chunk, String content) {
    int chunks = row.chunks();
    if (chunk < 0 || chunk >= chunks) {
      return null;
    }
    if (chunks == 1) {
      return new ChunkSpan(chunk, 0, content.codePointCount(0, content.length()));
    }
    VectorRow vector = caches.vector().get(new VectorKey(key, chunk));
    return vector == null || vector.contentVersion() != row.contentVersion()
        ? null
        : vector.span(chunk);
  }
}
