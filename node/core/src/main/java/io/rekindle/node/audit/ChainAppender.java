package io.rekindle.node.audit;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.MemoryId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Gives sequence numbers and hashes, and brings items into the tail. Thread-safe. */
final class ChainAppender {
  private static final int MEMORIES_MAX = 100_000;

  private final TailWriter tail;
  private final IntentLedger intents;
  private final InstantSource clock;
  private final GroupCommit group = new GroupCommit(this::commit);
  private final MessageDigest sha = Sha256.digest();
  private volatile boolean closed;
  private volatile boolean failing;

  ChainAppender(TailWriter tail, IntentLedger intents, InstantSource clock) {
    this.tail = tail;
    this.intents = intents;
    this.clock = clock;
  }

  long append(AuditRecord record) {
    return submit(new GroupCommit.Ticket(record, List.of(ItemCodec.encode(record))));
  }

  long append(AuditRecord record, List<MemoryId> memories) {
    if (memories.size() > MEMORIES_MAX) {
      throw RekindleException.overLimit("memory_ids", memories.size(), MEMORIES_MAX, "memory ids");
    }
    AuditRecord shown = record.withMemories(memories);
    List<byte[]> items = new ArrayList<>();
    items.add(ItemCodec.encode(shown));
    if (shown.merkleRoot() != null) {
      for (int from = 0; from < memories.size(); from += ChainItem.IDS_PER_ITEM_MAX) {
        int to = Math.min(memories.size(), from + ChainItem.IDS_PER_ITEM_MAX);
        items.add(ItemCodec.encode(new ChainItem.MemoryIds(memories.subList(from, to))));
      }
    }
    return submit(new GroupCommit.Ticket(shown, items));
  }

  void heartbeat() {
    submit(new GroupCommit.Ticket(null, List.of()));
  }

  /** Whether the last attempt to write failed. */
  boolean failing() {
    return failing || closed;
  }

  /** Nothing is appended from now on. */
  void close() {
    closed = true;
  }

  private long submit(GroupCommit.Ticket ticket) {
    if (closed) {
      throw new RekindleException(ErrorCode.AUDIT_UNAVAILABLE, "the audit log is closed");
    }
    try {
      return group.submit(ticket);
    } catch (GroupCommit.Failed e) {
      Map<String, String> details =
          e.getCause() instanceof RekindleException cause ? cause.details() : Map.of();
      throw new RekindleException(
          ErrorCode.AUDIT_UNAVAILABLE, "the audit log can't be written", details, e);
    }
  }

  /** Runs on the leader alone. */
  private void commit(List<GroupCommit.Ticket> batch) {
    ChainPoint before = tail.end().point();
    ChainPoint at = before;
    List<byte[]> items = new ArrayList<>();
    boolean holdsRecords = false;
    for (GroupCommit.Ticket ticket : batch) {
      ticket.at(at.sequence() + 1);
      holdsRecords |= ticket.record != null;
      for (byte[] item : ticket.record == null ? List.of(heartbeat(at)) : ticket.items) {
        at = at.next(sha, item);
        items.add(item);
      }
    }
    try {
      tail.append(new ChainSegment(before, items), at, holdsRecords);
      failing = false;
    } catch (IOException e) {
      failing = true;
      throw new UncheckedIOException(e);
    } catch (RuntimeException e) {
      failing = true;
      throw e;
    }
    long sequence = before.sequence() + 1;
    for (GroupCommit.Ticket ticket : batch) {
      if (ticket.record != null) {
        intents.note(sequence, ticket.record);
      }
      sequence += ticket.record == null ? 1 : ticket.items.size();
    }
  }

  private byte[] heartbeat(ChainPoint at) {
    return ItemCodec.encode(new ChainItem.Heartbeat(clock.instant(), at.sequence(), at.hash()));
  }
}
