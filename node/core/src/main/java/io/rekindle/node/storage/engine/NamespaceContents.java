package io.rekindle.node.storage.engine;

import io.rekindle.node.model.Namespace;
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
    return slices(namespace).stream()
        .noneMatch(
            slice ->
                SliceScan.rows(caches).run(SliceScan.of(slice), (_, _) -> false)
                    || !keys(caches.agentState(), slice).isEmpty());
  }

  /** Deletes the memories; returns how many there were. */
  long deleteMemories(Namespace namespace) {
    AtomicLong deleted = new AtomicLong();
    for (SliceId slice : slices(namespace)) {
      SliceScan.rows(caches)
          .run(
              SliceScan.of(slice),
              (key, _) -> {
                memories.removeWithNamespace(namespace, key);
                deleted.incrementAndGet();
                return true;
              });
    }
    return deleted.get();
  }

  /** Deletes what is left when the memories are gone: states, records, orphans, indexes. */
  void deleteRest(Namespace namespace) {
    for (SliceId slice : slices(namespace)) {
      removeAll(caches.agentState(), slice);
      removeAll(caches.idempotency(), slice);
      removeAll(caches.uniqueKey(), slice);
      removeAll(caches.vector(), slice);
      removeAll(caches.accessCount(), slice);
    }
    indexes.forget(namespace.id());
  }

  private <K extends SliceKey, V> void removeAll(IgniteCache<K, V> cache, SliceId slice) {
    keys(cache, slice).forEach(cache::remove);
  }

  /** Reads the slice's partition: these caches have no index on the slice. */
  private <K extends SliceKey, V> List<K> keys(IgniteCache<K, V> cache, SliceId slice) {
    int partition = ignite.affinity(cache.getName()).partition(slice.value());
    ScanQuery<K, V> query = new ScanQuery<>(partition);
    query.setLocal(true);
    List<K> keys = new ArrayList<>();
    try (QueryCursor<Cache.Entry<K, V>> entries = cache.query(query)) {
      for (Cache.Entry<K, V> entry : entries) {
        if (Objects.equals(entry.getKey().slice(), slice)) {
          keys.add(entry.getKey());
        }
      }
    }
    return keys;
  }

  private static List<SliceId> slices(Namespace namespace) {
    List<SliceId> slices = new ArrayList<>();
    for (int ordinal = 0; ordinal < namespace.settings().slices(); ordinal++) {
      slices.add(SliceId.of(namespace.id(), ordinal));
    }
    return slices;
  }
}
