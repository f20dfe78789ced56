package io.rekindle.node.model;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One audit record as an auditor reads it: ids and counts, never content.
 *
 * @param kind {@code intent}, {@code outcome}, {@code read}, {@code denial}, {@code refusals} or
 *     {@code system}
 * @param memoryIds the first 64; {@code memoryCount} counts all
 * @param decision {@code allowed} or the {@code ErrorCode} that was answered
 * @param customerKey the name of the customer's key that it is about; null for none
 */
public record AuditEntry(
    long sequence,
    Instant time,
    String kind,
    RequestId requestId,
    @Nullable ApiKeyId principal,
    @Nullable String claimedAgentId,
    String action,
    List<NamespacePath> namespaces,
    List<MemoryId> memoryIds,
    long memoryCount,
    String decision,
    String transport,
    String peer,
    long latencyMicros,
    @Nullable String customerKey,
    String hash) {
  public AuditEntry {
    namespaces = List.copyOf(namespaces);
    memoryIds = List.copyOf(memoryIds);
  }
}
