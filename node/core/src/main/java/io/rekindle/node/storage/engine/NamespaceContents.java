package io.rekindle.node.storage.engine;

import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.NamespaceId;
import io.rekindle.node.model.SliceId;
import io.rekindle.node.storage.memory.IgniteMemoryStore;
import io.rekindle.node.storage.row.Caches;
import io.rekindle.node.storage.row.MemoryKey;
import io.rekindle.node.storage.row.SliceKey;
import io.rekindle.node.storage.row.SliceOwners;
import io.rekindle.node.storage.slice.SliceIndexes;
import io.rekindle.node.storage.slice.SliceScan;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.apache.ignite.IgniteCache;

/**
 * Everything that a namespace holds, on whichever nodes, for the day it goes. One transaction for
 * each memory.
 */
final class NamespaceContents {
  private final SliceOwners owners;
  private final SliceEntries entries;
  private final Caches caches;
  private final IgniteMemoryStore memories;
  private final SliceIndexes indexes;

  NamespaceContents(
      SliceOwners owners, Caches caches, IgniteMemoryStore memories, SliceIndexes indexes) {
    this.owners = owners;
    this.entries = new SliceEntries(owners);
    this.caches = caches;
    this.memories = memories;
    this.indexes = indexes;
  }

  boolean isEmpty(Namespace namespace) {
    return slices(namespace.id(), namespace.settings().slices()).stream()
        .noneMatch(
            slice ->
                visitMemories(slice, _ -> false)
                    || entries.visit(caches.agentState(), slice, _ -> false));
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
      visitMemories(
          slice,
          key -> {
            memories.removeWithNamespace(key);
            deleted.incrementAndGet();
            return true;
          });
    }
    return deleted.get();
  }

  /** By the index where the slice is here from first to last, else wherever it is. */
  private boolean visitMemories(SliceId slice, Predicate<MemoryKey> visitor) {
    if (owners.isHere(slice)) {
      boolean ended =
          SliceScan.rows(caches)
              .run(SliceScan.of(slice), owners.partition(slice), (key, _) -> visitor.test(key));
      if (ended || owners.isHere(slice)) {
        return ended;
      }
    }
    return entries.visit(caches.memory(), slice, visitor);
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

  private <K extends SliceKey> void removeAll(IgniteCache<K, ?> cache, SliceId slice) {
    List<K> keys = new ArrayList<>();
    entries.visit(cache, slice, keys::add);
    keys.forEach(cache::remove);
  }

  private static List<SliceId> slices(NamespaceId id, int count) {
    return IntStream.range(0, count).mapToObj(ordinal -> SliceId.of(id, ordinal)).toList();
  }
}
