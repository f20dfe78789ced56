package io.rekindle.node.storage.engine;

import io.rekindle.node.audit.BlockSink;
import io.rekindle.node.storage.row.CacheName;
import io.rekindle.node.storage.row.Caches;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteCache;
import org.jspecify.annotations.Nullable;

/** The sealed audit blocks of this node: entries keyed by number, from 1, without holes. */
public final class IgniteAuditBlockStore implements BlockSink {
  private final IgniteCache<Long, byte[]> blocks;
  private volatile long last;

  public IgniteAuditBlockStore(Ignite ignite) {
    this.blocks = Caches.cache(ignite, CacheName.AUDIT_BLOCK);
    this.last = findLast();
  }

  @Override
  public synchronized void put(long blockNumber, byte[] sealedBlock) {
    blocks.put(blockNumber, sealedBlock);
    last = Math.max(last, blockNumber);
  }

  @Override
  public byte @Nullable [] find(long blockNumber) {
    return blocks.get(blockNumber);
  }

  @Override
  public long lastBlock() {
    return last;
  }

  /** Doubles until a number is missing, then halves the gap: there are no holes. */
  private long findLast() {
    long present = 0;
    long missing = 1;
    while (blocks.containsKey(missing)) {
      present = missing;
      missing *= 2;
    }
    while (missing - present > 1) {
      long middle = present + (missing - present) / 2;
      if (blocks.containsKey(middle)) {
        present = middle;
      } else {
        missing = middle;
      }
    }
    return present;
  }
}
