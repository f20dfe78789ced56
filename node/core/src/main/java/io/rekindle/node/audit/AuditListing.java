package io.rekindle.node.audit;

import io.rekindle.node.model.AuditEntry;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Lists records backwards: first what is still in the tail, then block after block. Thread-safe.
 *
 * <p>A query with an end begins at the block that it can first matter to, found by bisection over
 * the times at which blocks were cut; one with a beginning stops there. Both rest on a record being
 * appended within {@link #APPEND_DELAY_MAX} of its own time.
 */
final class AuditListing {
  /** Blocks that one call reads at most; the next page goes on. */
  static final int BLOCKS_PER_CALL_MAX = 4_096;

  static final Duration APPEND_DELAY_MAX = Duration.ofHours(1);

  /** As a cursor's sequence: the whole block is still to come. */
  private static final long WHOLE_BLOCK = 999_999_999_999_999_999L;

  private final BlockShipper shipper;
  private final TailFolder folder;
  private final TailWriter tail;
  private final BlockCipher cipher;
  private final BlockCache cache;

  AuditListing(BlockShipper shipper, TailFolder folder, TailWriter tail, BlockCipher cipher) {
    this.shipper = shipper;
    this.folder = folder;
    this.tail = tail;
    this.cipher = cipher;
    this.cache = new BlockCache(cipher);
  }

  /** What the tail gave, and where the blocks begin. */
  private record Newest(List<ReadRecord> fromTail, @Nullable BlockSink sink, long lastBlock) {}

  AuditPage list(AuditQuery query) throws IOException {
    Newest newest = shipper.frozen(view -> newest(query, view));
    List<AuditEntry> entries = new ArrayList<>();
    newest.fromTail.forEach(record -> entries.add(record.toEntry()));
    if (entries.size() == query.pageSize()) {
      return new AuditPage(
          entries, new AuditCursor(false, newest.lastBlock + 1, entries.getLast().sequence()));
    }
    return newest.sink == null
        ? new AuditPage(entries, null)
        : fromBlocks(query, newest.sink, cache, newest.lastBlock, entries);
  }

  /** As {@link #list(AuditQuery)}, of another chain, which is read anew each time. */
  AuditPage list(AuditQuery query, BlockSink sink) {
    @Nullable AuditCursor before = query.before();
    long last = sink.lastBlock();
    return fromBlocks(
        query,
        sink,
        new BlockCache(cipher),
        before == null ? last : Math.min(last, before.block()),
        new ArrayList<>());
  }

  /** Forgets blocks of a sink that is gone. */
  void forget() {
    cache.clear();
  }

  private Newest newest(AuditQuery query, BlockShipper.View view) throws IOException {
    @Nullable AuditCursor before = query.before();
    if (before != null && before.settled()) {
      return new Newest(List.of(), view.sink(), Math.min(before.block(), view.lastBlock()));
    }
    Deque<ReadRecord> matches = new ArrayDeque<>();
    try (TailWalk walk =
        new TailWalk(folder, tail.chain(), cipher, view.shipped(), view.end().position())) {
      for (@Nullable TailFrame frame = walk.next(); frame != null; frame = walk.next()) {
        if (!frame.good() || frame.preamble()) {
          continue;
        }
        for (ReadRecord record : ReadRecord.of(frame.segment())) {
          if ((before == null || record.point().sequence() < before.sequence())
              && query.matches(record.record())) {
            matches.addFirst(record);
            if (matches.size() > query.pageSize()) {
              matches.removeLast();
            }
          }
        }
      }
    }
    return new Newest(List.copyOf(matches), view.sink(), view.lastBlock());
  }

  private static AuditPage fromBlocks(
      AuditQuery query,
      BlockSink sink,
      BlockCache cache,
      long lastBlock,
      List<AuditEntry> entries) {
    @Nullable Instant from = query.from();
    @Nullable Instant to = query.to();
    long number = to == null ? lastBlock : firstThatMatters(sink, cache, lastBlock, to);
    for (int read = 0; number > 0; number--, read++) {
      if (read == BLOCKS_PER_CALL_MAX) {
        return new AuditPage(entries, new AuditCursor(true, number, WHOLE_BLOCK));
      }
      BlockCache.@Nullable Decoded block = cache.find(sink, number);
      if (block == null) {
        continue;
      }
      if (from != null && block.cutAt().isBefore(from)) {
        break;
      }
      for (ReadRecord record : block.records().reversed()) {
        if (isBefore(query.before(), number, record) && query.matches(record.record())) {
          entries.add(record.toEntry());
          if (entries.size() == query.pageSize()) {
            return new AuditPage(entries, new AuditCursor(true, number, record.point().sequence()));
          }
        }
      }
    }
    return new AuditPage(entries, null);
  }

  private static boolean isBefore(@Nullable AuditCursor cursor, long block, ReadRecord record) {
    return cursor == null
        || block < cursor.block()
        || record.point().sequence() < cursor.sequence();
  }

  /** A block such that all later ones were cut long after {@code to}; too late is no harm. */
  private static long firstThatMatters(
      BlockSink sink, BlockCache cache, long lastBlock, Instant to) {
    Instant late = to.plus(APPEND_DELAY_MAX);
    long low = 1;
    long high = lastBlock;
    while (low < high) {
      long middle = low + (high - low) / 2;
      BlockCache.@Nullable Decoded block = cache.find(sink, middle);
      if (block != null && block.cutAt().isAfter(late)) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return high;
  }
}
