package io.rekindle.node.storage.row;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.SliceId;
import java.util.Set;
import java.util.UUID;
import org.apache.ignite.Ignite;
import org.apache.ignite.cache.affinity.Affinity;

/**
 * The partitions of the slices that hold a damaged page: touching one would stop the engine.
 * Immutable.
 */
public final class AvoidedPartitions {
  private static final MemoryId ANY = new MemoryId(new UUID(0, 0));

  private final Affinity<MemoryKey> affinity;
  private final Set<Integer> partitions;

  public AvoidedPartitions(Ignite ignite, Set<Integer> partitions) {
    this.affinity = ignite.affinity(CacheName.MEMORY.cache());
    this.partitions = Set.copyOf(partitions);
  }

  public Set<Integer> partitions() {
    return partitions;
  }

  /** Whether a slice of the namespace lies on one of them. */
  public boolean touch(Namespace namespace) {
    if (partitions.isEmpty()) {
      return false;
    }
    for (int ordinal = 0; ordinal < namespace.settings().slices(); ordinal++) {
      MemoryKey key = new MemoryKey(SliceId.of(namespace.id(), ordinal), ANY);
      if (partitions.contains(affinity.partition(key))) {
        return true;
      }
    }
    return false;
  }

  /**
   * Refuses a namespace that lies on one of them.
   *
   * @throws RekindleException DATA_CORRUPTED
   */
  public void check(Namespace namespace) {
    if (touch(namespace)) {
      throw new RekindleException(
          ErrorCode.DATA_CORRUPTED,
          "a page of this namespace is damaged on disk; the diagnostics of the node name the file");
    }
  }
}
