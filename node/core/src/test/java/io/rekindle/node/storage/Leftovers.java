package io.rekindle.node.storage;

import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.NamespaceId;
import io.rekindle.node.storage.row.CacheName;
import io.rekindle.node.storage.row.Caches;
import io.rekindle.node.storage.row.SliceKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import javax.cache.Cache;
import org.apache.ignite.IgniteCache;

/** What is kept of namespaces, found by reading every entry of every cache. */
final class Leftovers {
  private Leftovers() {}

  /** Entries of one namespace, its key included. */
  static List<String> of(StorageNode node, Namespace gone) {
    return entries(node, gone.id()::equals);
  }

  /** Entries of namespaces that do not exist; call it when nobody writes. */
  static List<String> ofAllGone(StorageNode node) {
    Set<NamespaceId> existing =
        node.storage().namespaces().list(StorageNode.PASS, null, 10_000, null).items().stream()
            .map(Namespace::id)
            .collect(Collectors.toSet());
    return entries(node, id -> !existing.contains(id));
  }

  private static List<String> entries(StorageNode node, Predicate<NamespaceId> wanted) {
    Caches caches = node.caches();
    List<String> found = new ArrayList<>();
    for (IgniteCache<? extends SliceKey, ?> cache :
        List.of(
            caches.memory(),
            caches.vector(),
            caches.agentState(),
            caches.idempotency(),
            caches.uniqueKey(),
            caches.accessCount())) {
      for (Cache.Entry<? extends SliceKey, ?> entry : cache) {
        if (wanted.test(entry.getKey().slice().namespace())) {
          found.add(cache.getName() + " " + entry.getKey().slice());
        }
      }
    }
    for (Cache.Entry<Object, Object> entry :
        Caches.<Object, Object>cache(node.ignite(), CacheName.DATA_KEY)) {
      if (entry.getKey() instanceof UUID id && wanted.test(NamespaceId.of(id))) {
        found.add("data key " + id);
      }
    }
    return found;
  }
}
