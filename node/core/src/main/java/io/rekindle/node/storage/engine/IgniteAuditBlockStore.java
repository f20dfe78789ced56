package io.rekindle.node.storage.engine;

import io.rekindle.node.audit.BlockSink;
import io.rekindle.node.storage.row.AuditBlockKey;
import io.rekindle.node.storage.row.CacheName;
import io.rekindle.node.storage.row.Caches;
import java.util.UUID;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteCache;
import org.jspecify.annotations.Nullable;

/**
 * The sealed audit blocks of this node's chain: entries keyed by node and number, from 1, without
 * holes. They are copied to other nodes like all data, and outlive the node.
 */
public final class IgniteAuditBlockStore implements BlockSink {
  private final IgniteCache<AuditBlockKey, byte[]> blocks;
  private final UUID node;
  private volatile long last;

  public IgniteAuditBlockStore(Ignite ignite) {
    this(
        Caches.cache(ignite, CacheName.AUDIT_BLOCK),
        UUID.fromString(ignite.cluster().localNode().consistentId().toString()));
  }

  private IgniteAuditBlockStore(IgniteCache<AuditBlockKey, byte[]> blocks, UUID node) {
    this.blocks = blocks;
    this.node = node;
    this.last = findLast();
  }

  /** The blocks of a node's chain as they are now, to be read only; none if it is unknown. */
  public BlockSink ofNode(UUID other) {
    return new IgniteAuditBlockStore(blocks, other);
  }

  /** As {@link #ofNode}; null for this node's own. */
  public @Nullable BlockSink findOther(UUID other) {
    return other.equals(node) ? null : ofNode(other);
  }

  @Override
  public synchronized void put(long blockNumber, byte[] sealedBlock) {
    blocks.put(key(blockNumber), sealedBlock);
    last = Math.max(last, blockNumber);
  }

  @Override
  public byte @Nullable [] find(long blockNumber) {
    return blocks.get(key(blockNumber));
  }

  @Override
  public long lastBlock() {
    return last;
  }

  private AuditBlockKey key(long blockNumber) {
    return new AuditBlockKey(node, blockNumber);
  }

  /** Doubles until a number is missing, then halves the gap: there are no holes. */
  private long findLast() {
    long present = 0;
    long missing = 1;
    while (blocks.containsKey(key(missing))) {
      present = missing;
      missing *= 2;
    }
    while (missing - present > 1) {
      long middle = present + (missing - present) / 2;
      if (blocks.containsKey(key(middle))) {
        present = middle;
      } else {
        missing = middle;
      }
    }
    return present;
  }
}
