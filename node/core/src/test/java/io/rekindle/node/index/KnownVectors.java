package io.rekindle.node.index;

import io.rekindle.node.model.MemoryId;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The exact vectors beside an index, as a cache holds them; counts how often it is asked. */
final class KnownVectors implements ExactVectors {
  private final Map<Place, Stored> vectors = new ConcurrentHashMap<>();
  final AtomicInteger reads = new AtomicInteger();

  private record Place(MemoryId id, int chunk) {}

  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Stored(long contentVersion, float[] vector) {}

  void put(MemoryId id, int chunk, long contentVersion, float[] vector) {
    vectors.put(new Place(id, chunk), new Stored(contentVersion, vector));
  }

  void remove(MemoryId id, int chunk) {
    vectors.remove(new Place(id, chunk));
  }

  @Override
  public float @Nullable [] read(MemoryId id, int chunk, long contentVersion) {
    reads.incrementAndGet();
    Stored stored = vectors.get(new Place(id, chunk));
    return stored == null || stored.contentVersion() != contentVersion ? null : stored.vector();
  }
}
