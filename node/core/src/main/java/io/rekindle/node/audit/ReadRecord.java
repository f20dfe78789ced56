package io.rekindle.node.audit;

import io.rekindle.node.model.AuditEntry;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;

/** A record with its place in the chain. */
record ReadRecord(ChainPoint point, AuditRecord record) {

  /** The records of a segment, oldest first, without heartbeats and side lists. */
  static List<ReadRecord> of(ChainSegment segment) {
    MessageDigest sha = Sha256.digest();
    List<ReadRecord> records = new ArrayList<>(segment.items().size());
    ChainPoint at = segment.before();
    for (byte[] item : segment.items()) {
      at = at.next(sha, item);
      if (ItemCodec.decode(item) instanceof AuditRecord record) {
        records.add(new ReadRecord(at, record));
      }
    }
    return records;
  }

  AuditEntry toEntry() {
    return new AuditEntry(
        point.sequence(),
        record.time(),
        record.kind().text(),
        record.requestId(),
        record.principal(),
        record.claimedAgentId(),
        record.action(),
        record.namespaces(),
        record.memoryIds(),
        record.memoryCount(),
        record.decision(),
        record.transport(),
        record.peer(),
        record.latencyMicros(),
        record.customerKey(),
        point.hash().toString());
  }
}
