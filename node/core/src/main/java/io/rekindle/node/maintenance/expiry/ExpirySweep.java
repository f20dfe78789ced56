package io.rekindle.node.maintenance.expiry;

import io.rekindle.node.access.Action;
import io.rekindle.node.access.SystemPass;
import io.rekindle.node.audit.AuditLog;
import io.rekindle.node.audit.AuditRecord;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.storage.ExpiredMemory;
import io.rekindle.node.storage.MemoryStore;
import io.rekindle.node.telemetry.NodeMeters;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Deletes expired memories. They are invisible from the instant they expire; the sweep frees their
 * room. Every batch of a namespace leaves an intent and an outcome in the audit.
 */
public final class ExpirySweep {
  private static final int BATCH_MAX = 1_000;
  private static final String LINEAGE = "expiry";

  private final MemoryStore memories;
  private final AuditLog audit;
  private final NodeMeters meters;
  private final InstantSource clock;

  public ExpirySweep(MemoryStore memories, AuditLog audit, NodeMeters meters, InstantSource clock) {
    this.memories = memories;
    this.audit = audit;
    this.meters = meters;
    this.clock = clock;
  }

  /** One round of at most 1,000 memories; returns how many it deleted. */
  public int run(SystemPass pass) {
    memories.dropExpiredIdempotency(pass, BATCH_MAX);
    Map<NamespacePath, List<ExpiredMemory>> expired = new LinkedHashMap<>();
    for (ExpiredMemory memory : memories.findExpired(pass, BATCH_MAX)) {
      expired.computeIfAbsent(memory.namespace().path(), _ -> new ArrayList<>()).add(memory);
    }
    int deleted = 0;
    for (List<ExpiredMemory> batch : expired.values()) {
      deleted += delete(pass.renew(), batch);
    }
    meters.count(NodeMeters.Count.MEMORIES_EXPIRED, deleted);
    return deleted;
  }

  private int delete(SystemPass pass, List<ExpiredMemory> batch) {
    Namespace namespace = batch.getFirst().namespace();
    record(
        pass,
        AuditRecord.Kind.INTENT,
        namespace,
        batch.stream().map(ExpiredMemory::memoryId).toList());
    List<MemoryId> deleted = new ArrayList<>();
    for (ExpiredMemory memory : batch) {
      try {
        memories.delete(pass, namespace, memory.memoryId(), memory.version(), null, LINEAGE);
        deleted.add(memory.memoryId());
      } catch (RekindleException e) {
        if (e.code() != ErrorCode.MEMORY_NOT_FOUND && e.code() != ErrorCode.VERSION_CONFLICT) {
          throw e;
        }
        // Deleted, or given another expiry, since it was found: not ours any more.
      }
    }
    record(pass, AuditRecord.Kind.OUTCOME, namespace, deleted);
    return deleted.size();
  }

  private void record(
      SystemPass pass, AuditRecord.Kind kind, Namespace namespace, List<MemoryId> ids) {
    AuditRecord record =
        new AuditRecord(
            clock.instant(),
            kind,
            pass.requestId(),
            null,
            null,
            Action.DELETE.id(),
            List.of(namespace.path()),
            List.of(),
            0,
            null,
            AuditRecord.ALLOWED,
            "expiry",
            "",
            0);
    audit.append(record.withMemories(ids), ids);
  }
}
