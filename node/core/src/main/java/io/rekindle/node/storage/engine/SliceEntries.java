package io.rekindle.node.storage.engine;

import io.rekindle.node.model.SliceId;
import io.rekindle.node.storage.row.SliceKey;
import io.rekindle.node.storage.row.SliceOwners;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Predicate;
import javax.cache.Cache;
import org.apache.ignite.IgniteCache;
import org.apache.ignite.binary.BinaryObject;
import org.apache.ignite.cache.query.QueryCursor;
import org.apache.ignite.cache.query.ScanQuery;
import org.apache.ignite.lang.IgniteBiPredicate;
import org.apache.ignite.lang.IgniteClosure;

/**
 * The keys that a slice has in a cache, wherever it is: reads the slice's whole partition on a node
 * that has it, and only the keys travel. Thread-safe.
 */
final class SliceEntries {
  private final SliceOwners owners;

  SliceEntries(SliceOwners owners) {
    this.owners = owners;
  }

  /**
   * Visits keys until the visitor says false.
   *
   * @return whether it did
   */
  <K extends SliceKey> boolean visit(IgniteCache<K, ?> cache, SliceId slice, Predicate<K> visitor) {
    IgniteCache<BinaryObject, BinaryObject> binary = cache.withKeepBinary();
    ScanQuery<BinaryObject, BinaryObject> query =
        new ScanQuery<>(owners.partition(slice), new OfSlice(slice.value()));
    try (QueryCursor<BinaryObject> keys = binary.query(query, new KeyAlone())) {
      for (BinaryObject key : keys) {
        if (!visitor.test(key.<K>deserialize())) {
          return true;
        }
      }
    }
    return false;
  }

  /** Runs where the partition is. */
  private static final class OfSlice implements IgniteBiPredicate<BinaryObject, BinaryObject> {
    private static final long serialVersionUID = 1L;

    private final UUID slice;

    OfSlice(UUID slice) {
      this.slice = slice;
    }

    @Override
    public boolean apply(BinaryObject key, BinaryObject value) {
      return Objects.equals(key.<UUID>field(SliceKey.AFFINITY_FIELD), slice);
    }
  }

  /** Runs where the partition is. */
  private static final class KeyAlone
      implements IgniteClosure<Cache.Entry<BinaryObject, BinaryObject>, BinaryObject> {
    private static final long serialVersionUID = 1L;

    @Override
    public BinaryObject apply(Cache.Entry<BinaryObject, BinaryObject> entry) {
      return entry.getKey();
    }
  }
}
