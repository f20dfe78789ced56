package io.rekindle.node.audit;

import io.rekindle.node.model.ApiKeyId;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.model.RequestId;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An intent that has no outcome: the node died, or still works on it.
 *
 * @param sequence of the intent in the chain
 * @param memoryIds that it meant to change: the first 64, or none when its tail file is gone; all
 *     of them after {@link AuditLog#withAllMemories}
 */
public record OpenIntent(
    long sequence,
    Instant time,
    RequestId requestId,
    @Nullable ApiKeyId principal,
    String action,
    List<NamespacePath> namespaces,
    List<MemoryId> memoryIds,
    String transport,
    String peer) {
  public OpenIntent {
    namespaces = List.copyOf(namespaces);
    memoryIds = List.copyOf(memoryIds);
  }

  static OpenIntent of(long sequence, AuditRecord record) {
    return new OpenIntent(
        sequence,
        record.time(),
        record.requestId(),
        record.principal(),
        record.action(),
        record.namespaces(),
        record.memoryIds(),
        record.transport(),
        record.peer());
  }

  OpenIntent withMemories(List<MemoryId> all) {
    return new OpenIntent(
        sequence, time, requestId, principal, action, namespaces, all, transport, peer);
  }

  /** As a record again, without what an intent's preamble does not keep. */
  AuditRecord toRecord() {
    return new AuditRecord(
        time,
        AuditRecord.Kind.INTENT,
        requestId,
        principal,
        null,
        action,
        namespaces,
        List.of(),
        0,
        null,
        AuditRecord.ALLOWED,
        transport,
        peer,
        0);
  }
}
