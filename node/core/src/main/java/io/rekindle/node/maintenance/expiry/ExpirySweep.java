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
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes expired memories. They are invisible from the instant they expire; the sweep frees their
 * room. Every batch of a namespace leaves an intent and an outcome in the audit; a memory that
 * can't be deleted is left for a later round and keeps no other back: a round that found as many as
 * it may is followed by one that goes on behind it, and the end by one from the beginning.
 */
public final class ExpirySweep {
  private static final int BATCH_MAX = 1_000;

  /** So that one call ends; with one a minute, 1,666 a second expire and are gone. */
  private static final int ROUNDS_MAX = 100;

  private static final Logger LOG = LoggerFactory.getLogger(ExpirySweep.class);

  private final MemoryStore memories;
  private final AuditLog audit;
  private final NodeMeters meters;
  private final InstantSource clock;
  private @Nullable ExpiredMemory last;

  public ExpirySweep(MemoryStore memories, AuditLog audit, NodeMeters meters, InstantSource clock) {
    this.memories = memories;
    this.audit = audit;
    this.meters = meters;
    this.clock = clock;
  }

  /** One round of at most 1,000 memories; returns how many it deleted. */
  public synchronized int run(SystemPass pass) {
    List<ExpiredMemory> found = memories.findExpired(pass, last, BATCH_MAX);
    Map<NamespacePath, List<ExpiredMemory>> expired = new LinkedHashMap<>();
    for (ExpiredMemory memory : found) {
      expired.computeIfAbsent(memory.namespace().path(), _ -> new ArrayList<>()).add(memory);
    }
    last = found.size() < BATCH_MAX ? null : found.getLast();
    int deleted = 0;
    for (List<ExpiredMemory> batch : expired.values()) {
      deleted += delete(pass.renew(), batch);
    }
    meters.count(NodeMeters.Count.MEMORIES_EXPIRED, deleted);
    return deleted;
  }

  /** As {@link #run}, on to the end, but at most 100 rounds. */
  public synchronized int runAll(SystemPass pass) {
    int deleted = 0;
    int round = 0;
    do {
      deleted += run(pass.renew());
      round++;
    } while (last != null && round < ROUNDS_MAX);
    return deleted;
  }

  /** Drops idempotency records that are over, at most 100,000; returns how many. */
  public int dropIdempotency(SystemPass pass) {
    int dropped = 0;
    int round = 0;
    int inRound;
    do {
      inRound = memories.dropExpiredIdempotency(pass.renew(), BATCH_MAX);
      dropped += inRound;
      round++;
    } while (inRound == BATCH_MAX && round < ROUNDS_MAX);
    return dropped;
  }

  /** With its namespace, since it was found: not ours any more. */
  private static boolean isGone(RuntimeException error) {
    return error instanceof RekindleException e && e.code() == ErrorCode.NAMESPACE_NOT_FOUND;
  }

  private int delete(SystemPass pass, List<ExpiredMemory> batch) {
    Namespace namespace = batch.getFirst().namespace();
    List<MemoryId> intended = batch.stream().map(ExpiredMemory::memoryId).toList();
    record(pass, AuditRecord.Kind.INTENT, namespace, intended, AuditRecord.ALLOWED);
    List<MemoryId> deleted = new ArrayList<>();
    RuntimeException failure = null;
    for (ExpiredMemory memory : batch) {
      try {
        if (memories.deleteExpired(pass, memory)) {
          deleted.add(memory.memoryId());
        }
      } catch (RuntimeException e) {
        if (!isGone(e)) {
          failure = e;
        }
      }
    }
    record(pass, AuditRecord.Kind.OUTCOME, namespace, deleted, decision(failure));
    if (failure != null) {
      LOG.atWarn()
          .addKeyValue("namespace", namespace.path())
          .addKeyValue("left", intended.size() - deleted.size())
          .setCause(failure)
          .log("expired memories could not be deleted");
    }
    return deleted.size();
  }

  private static String decision(@Nullable RuntimeException failure) {
    if (failure == null) {
      return AuditRecord.ALLOWED;
    }
    return (failure instanceof RekindleException e ? e.code() : ErrorCode.INTERNAL).name();
  }

  private void record(
      SystemPass pass,
      AuditRecord.Kind kind,
      Namespace namespace,
      List<MemoryId> ids,
      String decision) {
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
            decision,
            "expiry",
            "",
            0);
    audit.append(record.withMemories(ids), ids);
  }
}
