package io.rekindle.node.audit;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The blocks read last, decoded: pages of one list share them. Thread-safe. */
final class BlockCache {
  private static final int BLOCKS_MAX = 32;

  private final BlockCipher cipher;
  private final Map<Long, Decoded> blocks =
      new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Decoded> eldest) {
          return size() > BLOCKS_MAX;
        }
      };

  BlockCache(BlockCipher cipher) {
    this.cipher = cipher;
  }

  /** A block as lists need it, records oldest first. */
  record Decoded(Instant cutAt, List<ReadRecord> records) {}

  /** The block, or null when it is missing or does not open: verification tells of both. */
  @Nullable Decoded find(BlockSink sink, long number) {
    synchronized (blocks) {
      @Nullable Decoded known = blocks.get(number);
      if (known != null) {
        return known;
      }
    }
    byte @Nullable [] sealed = sink.find(number);
    @Nullable AuditBlock block = sealed == null ? null : AuditBlock.open(number, sealed, cipher);
    if (block == null) {
      return null;
    }
    Decoded decoded = new Decoded(block.cutAt(), ReadRecord.of(block.segment()));
    synchronized (blocks) {
      blocks.put(number, decoded);
    }
    return decoded;
  }

  void clear() {
    synchronized (blocks) {
      blocks.clear();
    }
  }
}
