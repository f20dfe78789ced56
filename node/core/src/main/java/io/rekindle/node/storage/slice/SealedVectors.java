package io.rekindle.node.storage.slice;

import io.rekindle.node.index.ExactVectors;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.SliceId;
import io.rekindle.node.storage.row.Caches;
import io.rekindle.node.storage.row.MemoryKey;
import io.rekindle.node.storage.row.VectorKey;
import io.rekindle.node.storage.row.VectorRow;
import org.jspecify.annotations.Nullable;

/** Reads the exact vectors of one slice where they are the truth, in their cache. */
final class SealedVectors implements ExactVectors {
  private final Caches caches;
  private final SliceReader reader;
  private final SliceId slice;

  SealedVectors(Caches caches, SliceReader reader, SliceId slice) {
    this.caches = caches;
    this.reader = reader;
    this.slice = slice;
  }

  @Override
  public float @Nullable [] read(MemoryId id, int chunk, long contentVersion) {
    VectorKey key = new VectorKey(new MemoryKey(slice, id), chunk);
    VectorRow row = caches.vector().get(key);
    return row == null || row.contentVersion() != contentVersion ? null : reader.vector(key, row);
  }
}
