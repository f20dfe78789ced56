package io.rekindle.node.storage.engine;

import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.NamespaceId;
import io.rekindle.node.model.SliceId;
import io.rekindle.node.storage.memory.IgniteMemoryStore;
import io.rekindle.node.storage.row.Caches;
import io.rekindle.node.storage.row.SliceKey;
import io.rekindle.node.storage.slice.SliceIndexes;
import io.rekindle.node.storage.slice.SliceScan;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import javax.cache.Cache;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteCache;
import org.apache.ignite.cache.query.QueryCursor;
import org.apache.ignite.cache.query.ScanQuery;

/** Everything that a namespace holds, for the day it goes. One transaction for each memory. */
final class NamespaceContents {
  private final Ignite ignite;
  private final Caches caches;
  private final IgniteMemoryStore memories;
  private final SliceIndexes indexes;

  NamespaceContents(
      Ignite ignite, Caches caches, IgniteMemoryStore memories, SliceIndexes indexes) {
    this.ignite = ignite;
    this.caches = caches;
    this.memories = memories;
    this.indexes = indexes;
  }

  boolean isEmpty(Namespace namespace) {
    return slices(namespace.id(), namespace.settings().slices()).stream()
        .noneMatch(
            slice ->
                SliceScan.rows(caches).run(SliceScan.of(slice), (_, _) -> false)
                    || !scan(caches.agentState(), slice, _ -> false));
  }

  /**
   * Deletes everything; nobody writes any more. Begun again after a crash, it takes what is left.
   *
   * @return memories deleted
   */
  long delete(NamespaceId id, int slices) {
    long deleted = deleteMemories(slices(id, slices));
    deleteRest(slices(id, slices));
    indexes.forget(id);
    return deleted;
  }

  private long deleteMemories(List<SliceId> slices) {
    AtomicLong deleted = new AtomicLong();
    for (SliceId slice : slices) {
      SliceScan.rows(caches)
          .run(
              SliceScan.of(slice),
              (key, _) -> {
                memories.removeWithNamespace(key);
                deleted.incrementAndGet();
                return true;
              });
    }
    return deleted.get();
  }

  /** What is left when the memories are gone: states, records, orphans. */
  private void deleteRest(List<SliceId> slices) {
    for (SliceId slice : slices) {
      removeAll(caches.agentState(), slice);
      removeAll(caches.idempotency(), slice);
      removeAll(caches.uniqueKey(), slice);
      removeAll(caches.vector(), slice);
      removeAll(caches.accessCount(), slice);
    }
  }

  private <K extends SliceKey, V> void removeAll(IgniteCache<K, V> cache, SliceId slice) {
    List<K> keys = new ArrayList<>();
    scan(cache, slice, keys::add);
    keys.forEach(cache::remove);
  }

  /**
   * Reads the slice's partition, as these caches have no index on the slice, until the visitor says
   * false; whether it never did.
   */
  private <K extends SliceKey, V> boolean scan(
      IgniteCache<K, V> cache, SliceId slice, Predicate<K> visitor) {
    int partition = ignite.affinity(cache.getName()).partition(slice.value());
    ScanQuery<K, V> query = new ScanQuery<>(partition);
    query.setLocal(true);
    try (QueryCursor<Cache.Entry<K, V>> entries = cache.query(query)) {
      for (Cache.Entry<K, V> entry : entries) {
        if (Objects.equals(entry.getKey().slice(), slice) && !visitor.test(entry.getKey())) {
          return false;
        }
      }
    }
    return true;
  }

  private static List<SliceId> slices(NamespaceId id, int count) {
    return IntStream.range(0, count).mapToObj(ordinal -> SliceId.of(id, ordinal)).toList();
  }
}
