package io.rekindle.node.storage.row;

import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.function.BiPredicate;
import javax.cache.Cache;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteCache;
import org.apache.ignite.binary.BinaryObject;
import org.apache.ignite.cache.query.IndexQuery;
import org.apache.ignite.cache.query.IndexQueryCriteriaBuilder;
import org.apache.ignite.cache.query.IndexQueryCriterion;
import org.apache.ignite.cache.query.QueryCursor;
import org.jspecify.annotations.Nullable;

/**
 * Reads this node's entries of a cache by one of its indexes, in the order of the index.
 *
 * <p>A local index query hands out keys and values in their binary form whatever the cache's view
 * is; here they become objects again.
 */
public final class IndexScan<K, V> {
  /** Behind its columns, every index has the key, ordered by its hash. */
  private static final String KEY = "_KEY";

  private final IgniteCache<Object, Object> cache;
  private final Class<K> keyType;
  private final Class<V> valueType;
  private final String index;

  /**
   * A scan that can be run many times.
   *
   * @param index the name of the index
   */
  public IndexScan(IgniteCache<K, V> cache, Class<K> keyType, Class<V> valueType, String index) {
    this.cache = cache.withKeepBinary();
    this.keyType = keyType;
    this.valueType = valueType;
    this.index = index;
  }

  /**
   * Visits what the criteria match, while it changes or not, until the visitor says false.
   *
   * @return whether the visitor said false
   */
  public boolean run(List<IndexQueryCriterion> criteria, BiPredicate<K, V> visitor) {
    return run(criteria, null, visitor);
  }

  /** As {@link #run(List, BiPredicate)}, of one partition; null for all. */
  public boolean run(
      List<IndexQueryCriterion> criteria, @Nullable Integer partition, BiPredicate<K, V> visitor) {
    IndexQuery<Object, Object> query = new IndexQuery<>(valueType.getName(), index);
    query.setCriteria(criteria).setPartition(partition).setLocal(true);
    try (QueryCursor<Cache.Entry<Object, Object>> cursor = cache.query(query)) {
      Iterator<Cache.Entry<Object, Object>> entries = cursor.iterator();
      while (entries.hasNext()) {
        Cache.Entry<Object, Object> entry = entries.next();
        K key = keyType.cast(object(entry.getKey()));
        V value = valueType.cast(object(entry.getValue()));
        if (!visitor.test(key, value)) {
          return true;
        }
      }
      return false;
    }
  }

  /**
   * What lies behind a key, be that still there or not, among entries that are equal in all the
   * columns of the index: the last criterion, after one of equality for each column.
   */
  public IndexQueryCriterion behind(K key) {
    return IndexQueryCriteriaBuilder.gt(KEY, ignite().binary().toBinary(key));
  }

  /** The rest: what lies up to a key, as the last criterion. */
  public IndexQueryCriterion upTo(K key) {
    return IndexQueryCriteriaBuilder.lte(KEY, ignite().binary().toBinary(key));
  }

  /** The key in the middle, by the order of the index, among some of equal columns. */
  public K middle(List<K> some) {
    return some.stream()
        .sorted(Comparator.comparingInt(key -> ignite().binary().toBinary(key).hashCode()))
        .skip(some.size() / 2)
        .findFirst()
        .orElseThrow();
  }

  /** The partition that a key lives in. */
  public int partition(K key) {
    return ignite().affinity(cache.getName()).partition(key);
  }

  private Ignite ignite() {
    return cache.unwrap(Ignite.class);
  }

  private static Object object(Object binary) {
    return binary instanceof BinaryObject object ? object.deserialize() : binary;
  }
}
