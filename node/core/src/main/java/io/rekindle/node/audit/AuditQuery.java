package io.rekindle.node.audit;

import io.rekindle.node.model.ApiKeyId;
import io.rekindle.node.model.NamespacePath;
import java.time.Instant;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which records to list. All conditions must hold.
 *
 * @param visible what the auditor may see: usually that every namespace of the record lies within
 *     the grants; called on each record before any other condition
 * @param namespace records that name it or one below it
 * @param from inclusive
 * @param to exclusive
 * @param pageSize 1 or more
 * @param before where the page before ended, null for the newest
 */
public record AuditQuery(
    Predicate<AuditRecord> visible,
    @Nullable NamespacePath namespace,
    @Nullable ApiKeyId principal,
    boolean deniedOnly,
    @Nullable Instant from,
    @Nullable Instant to,
    int pageSize,
    @Nullable AuditCursor before) {

  /** The newest records that {@code visible} lets through. */
  public static AuditQuery newest(Predicate<AuditRecord> visible, int pageSize) {
    return new AuditQuery(visible, null, null, false, null, null, pageSize, null);
  }

  boolean matches(AuditRecord record) {
    return visible.test(record)
        && (namespace == null || record.namespaces().stream().anyMatch(namespace::covers))
        && (principal == null || principal.equals(record.principal()))
        && (!deniedOnly || record.denied())
        && (from == null || !record.time().isBefore(from))
        && (to == null || record.time().isBefore(to));
  }
}
