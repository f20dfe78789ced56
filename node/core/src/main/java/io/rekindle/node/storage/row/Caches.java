package io.rekindle.node.storage.row;

import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteCache;

/** The caches of the slices, typed. */
public record Caches(
    IgniteCache<MemoryKey, MemoryRow> memory,
    IgniteCache<VectorKey, VectorRow> vector,
    IgniteCache<StateKey, StateRow> agentState,
    IgniteCache<DigestKey, IdempotencyRow> idempotency,
    IgniteCache<DigestKey, UniqueRow> uniqueKey,
    IgniteCache<MemoryKey, AccessRow> accessCount) {

  /** Of a started engine. */
  public static Caches of(Ignite ignite) {
    return new Caches(
        cache(ignite, CacheName.MEMORY),
        cache(ignite, CacheName.VECTOR),
        cache(ignite, CacheName.AGENT_STATE),
        cache(ignite, CacheName.IDEMPOTENCY),
        cache(ignite, CacheName.UNIQUE_KEY),
        cache(ignite, CacheName.ACCESS_COUNT));
  }

  /**
   * One cache of a started engine.
   *
   * @throws IllegalStateException when the engine was configured without it
   */
  public static <K, V> IgniteCache<K, V> cache(Ignite ignite, CacheName name) {
    IgniteCache<K, V> cache = ignite.cache(name.cache());
    if (cache == null) {
      throw new IllegalStateException("the engine lacks the cache " + name.cache());
    }
    return cache;
  }
}
