package io.rekindle.node.storage.row;

import static org.apache.ignite.cache.CacheAtomicityMode.TRANSACTIONAL;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.ignite.cache.CacheKeyConfiguration;
import org.apache.ignite.cache.CacheMode;
import org.apache.ignite.cache.CacheWriteSynchronizationMode;
import org.apache.ignite.cache.PartitionLossPolicy;
import org.apache.ignite.cache.QueryEntity;
import org.apache.ignite.cache.QueryIndex;
import org.apache.ignite.cache.QueryIndexType;
import org.apache.ignite.cache.affinity.rendezvous.RendezvousAffinityFunction;
import org.apache.ignite.configuration.CacheConfiguration;

/**
 * Every cache there is, encrypted, transactional, acknowledged by all its copies.
 *
 * <p>Partition counts belong to the format and never change: a backup made on a laptop restores
 * into a cluster.
 */
public final class CacheConfigurations {
  public static final int SLICE_PARTITIONS = 512;
  private static final int SMALL_PARTITIONS = 32;

  /** The group of all caches that live on slices. */
  public static final String SLICES = "slices";

  private static final String REGISTRY = "registry";
  private static final String AUDIT = "audit";

  private CacheConfigurations() {}

  /**
   * The configurations that an engine starts with.
   *
   * @param backups of what is partitioned: 0 on a single node, 1 or more in a cluster
   */
  public static List<CacheConfiguration<?, ?>> all(int backups) {
    return List.of(
        memory(backups),
        vector(backups),
        agentState(backups),
        idempotency(backups),
        slices(CacheName.UNIQUE_KEY, DigestKey.class, backups),
        slices(CacheName.ACCESS_COUNT, MemoryKey.class, backups),
        namespace(),
        registry(CacheName.DATA_KEY),
        registry(CacheName.API_KEY),
        registry(CacheName.GRANT),
        registry(CacheName.SETTINGS),
        audit(backups));
  }

  /** The groups of all caches. */
  public static Set<String> groups() {
    return Set.of(SLICES, REGISTRY, AUDIT);
  }

  /** Its columns will be a table; the indexes serve a slice, what waits, and what expires. */
  private static CacheConfiguration<?, ?> memory(int backups) {
    Map<String, String> fields = keyFields();
    fields.put("memoryId", UUID.class.getName());
    fields.put("externalKey", String.class.getName());
    fields.put("agentId", String.class.getName());
    fields.put("sessionId", String.class.getName());
    fields.put("memoryType", String.class.getName());
    fields.put("sensitivity", Byte.class.getName());
    fields.put("importance", Float.class.getName());
    fields.put(Columns.EMBEDDING_STATUS, Byte.class.getName());
    fields.put("embeddingModel", String.class.getName());
    fields.put("createdAtMicros", Long.class.getName());
    fields.put("updatedAtMicros", Long.class.getName());
    fields.put(Columns.EXPIRES_AT, Long.class.getName());
    fields.put("version", Long.class.getName());
    QueryEntity entity =
        entity(MemoryKey.class, MemoryRow.class, fields)
            .setIndexes(
                plain(
                    index(Columns.SLICE),
                    index(Columns.EMBEDDING_STATUS),
                    index(Columns.EXPIRES_AT)));
    entity.getKeyFields().add("memoryId");
    return slices(CacheName.MEMORY, MemoryKey.class, backups).setQueryEntities(plain(entity));
  }

  private static CacheConfiguration<?, ?> vector(int backups) {
    QueryEntity entity =
        entity(VectorKey.class, VectorRow.class, keyFields())
            .setIndexes(plain(index(Columns.SLICE)));
    return slices(CacheName.VECTOR, VectorKey.class, backups).setQueryEntities(plain(entity));
  }

  private static CacheConfiguration<?, ?> idempotency(int backups) {
    Map<String, String> fields = keyFields();
    fields.put(Columns.EXPIRES_AT, Long.class.getName());
    QueryEntity entity =
        entity(DigestKey.class, IdempotencyRow.class, fields)
            .setIndexes(plain(index(Columns.EXPIRES_AT)));
    return slices(CacheName.IDEMPOTENCY, DigestKey.class, backups).setQueryEntities(plain(entity));
  }

  private static CacheConfiguration<?, ?> agentState(int backups) {
    Map<String, String> fields = keyFields();
    fields.put(Columns.AGENT_ID, String.class.getName());
    fields.put(Columns.NAME, String.class.getName());
    QueryEntity entity =
        entity(StateKey.class, StateRow.class, fields)
            .setIndexes(
                plain(
                    new QueryIndex(
                            plain(Columns.SLICE, Columns.AGENT_ID, Columns.NAME),
                            QueryIndexType.SORTED)
                        .setName(Columns.STATE)));
    entity.getKeyFields().addAll(List.of(Columns.AGENT_ID, Columns.NAME));
    return slices(CacheName.AGENT_STATE, StateKey.class, backups).setQueryEntities(plain(entity));
  }

  /** Ordered by path, its key. */
  private static CacheConfiguration<?, ?> namespace() {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put(Columns.PATH, String.class.getName());
    QueryEntity entity =
        new QueryEntity(String.class.getName(), NamespaceRow.class.getName())
            .setFields(new LinkedHashMap<>(fields))
            .setKeyFieldName(Columns.PATH)
            .setIndexes(plain(index(Columns.PATH)));
    return registry(CacheName.NAMESPACE).setQueryEntities(plain(entity));
  }

  private static CacheConfiguration<Object, Object> slices(
      CacheName name, Class<?> key, int backups) {
    return encrypted(name, SLICES)
        .setCacheMode(CacheMode.PARTITIONED)
        .setAffinity(new RendezvousAffinityFunction(false, SLICE_PARTITIONS))
        .setBackups(backups)
        .setKeyConfiguration(new CacheKeyConfiguration(key.getName(), SliceKey.AFFINITY_FIELD));
  }

  private static CacheConfiguration<Object, Object> registry(CacheName name) {
    return encrypted(name, REGISTRY)
        .setCacheMode(CacheMode.REPLICATED)
        .setAffinity(new RendezvousAffinityFunction(false, SMALL_PARTITIONS));
  }

  private static CacheConfiguration<?, ?> audit(int backups) {
    return encrypted(CacheName.AUDIT_BLOCK, AUDIT)
        .setCacheMode(CacheMode.PARTITIONED)
        .setAffinity(new RendezvousAffinityFunction(false, SMALL_PARTITIONS))
        .setBackups(backups);
  }

  private static CacheConfiguration<Object, Object> encrypted(CacheName name, String group) {
    return new CacheConfiguration<>(name.cache())
        .setGroupName(group)
        .setAtomicityMode(TRANSACTIONAL)
        .setWriteSynchronizationMode(CacheWriteSynchronizationMode.FULL_SYNC)
        .setPartitionLossPolicy(PartitionLossPolicy.READ_WRITE_SAFE)
        .setEncryptionEnabled(true);
  }

  private static Map<String, String> keyFields() {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put(Columns.SLICE, UUID.class.getName());
    return fields;
  }

  private static QueryEntity entity(Class<?> key, Class<?> value, Map<String, String> fields) {
    return new QueryEntity(key.getName(), value.getName())
        .setFields(new LinkedHashMap<>(fields))
        .setKeyFields(new LinkedHashSet<>(List.of(Columns.SLICE)));
  }

  /** Ignite writes configurations with Java serialization, which here refuses List.of's class. */
  @SafeVarargs
  private static <T> List<T> plain(T... items) {
    List<T> list = new ArrayList<>(items.length);
    for (T item : items) {
      list.add(item);
    }
    return list;
  }

  private static QueryIndex index(String column) {
    return new QueryIndex(column).setName(column);
  }
}
