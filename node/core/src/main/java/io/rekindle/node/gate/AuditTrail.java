package io.rekindle.node.gate;

import io.rekindle.node.audit.AuditLog;
import io.rekindle.node.audit.AuditRecord;
import io.rekindle.node.authn.Principal;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.Command;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.Reply;
import io.rekindle.node.telemetry.NodeMeters;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What one request leaves in the audit: an intent before a mutation, and one record before the
 * answer, whatever the answer is. Used by one thread.
 */
final class AuditTrail {
  private static final String UNDECODED = "request.decode";

  private final AuditLog log;
  private final NodeMeters meters;
  private final InstantSource clock;
  private final Request request;
  private final Principal principal;
  private final long startNanos = System.nanoTime();
  private CommandRules.@Nullable Need need;
  private boolean mutates;
  private @Nullable Command command;
  private @Nullable String customerKey;
  private List<MemoryId> intended = List.of();

  AuditTrail(
      AuditLog log, NodeMeters meters, InstantSource clock, Request request, Principal principal) {
    this.log = log;
    this.meters = meters;
    this.clock = clock;
    this.request = request;
    this.principal = principal;
  }

  /** Remembers the command, and says what it needs. */
  CommandRules.Need needs(Command decoded) {
    CommandRules.Need needed = CommandRules.needOf(decoded);
    need = needed;
    command = decoded;
    customerKey = AuditFacts.customerKey(decoded);
    return needed;
  }

  /** Before a mutation's first effect. */
  void intend() {
    Command known = Objects.requireNonNull(command);
    mutates = known.mutates();
    if (mutates) {
      intended = AuditFacts.intendedIds(known);
      append(AuditRecord.Kind.INTENT, intended, AuditRecord.ALLOWED);
    }
  }

  /** Before a good answer leaves. */
  void answered(Reply reply) {
    ErrorCode refused = AuditFacts.refusal(reply);
    customerKey = AuditFacts.customerKey(Objects.requireNonNull(command), reply);
    append(
        mutates ? AuditRecord.Kind.OUTCOME : AuditRecord.Kind.READ,
        AuditFacts.memoryIds(reply),
        refused == null ? AuditRecord.ALLOWED : refused.name());
    meters.request(
        action(), request.transport(), refused == null ? "OK" : refused.name(), elapsed());
  }

  /**
   * Before an error leaves. If not even that can be recorded, the error is AUDIT_UNAVAILABLE.
   *
   * @return the error to answer with
   */
  RekindleException failed(RekindleException error) {
    RekindleException answer = recorded(error);
    meters.request(action(), request.transport(), answer.code().name(), elapsed());
    return answer;
  }

  private RekindleException recorded(RekindleException error) {
    if (error.code() == ErrorCode.AUDIT_UNAVAILABLE) {
      return error;
    }
    try {
      append(kindOf(error), intended, error.code().name());
      return error;
    } catch (RekindleException unavailable) {
      return unavailable;
    }
  }

  /** An intent is closed by an outcome alone, a denial on the row included. */
  private AuditRecord.Kind kindOf(RekindleException error) {
    if (mutates) {
      return AuditRecord.Kind.OUTCOME;
    }
    return error.code() == ErrorCode.PERMISSION_DENIED
        ? AuditRecord.Kind.DENIAL
        : AuditRecord.Kind.READ;
  }

  private String action() {
    return need == null ? UNDECODED : need.action().id();
  }

  private Duration elapsed() {
    return Duration.ofNanos(System.nanoTime() - startNanos);
  }

  private void append(AuditRecord.Kind kind, List<MemoryId> ids, String decision) {
    AuditRecord record =
        new AuditRecord(
            clock.instant(),
            kind,
            request.id(),
            principal.keyId(),
            principal.agentId(),
            action(),
            need == null ? List.of() : need.namespaces(),
            List.of(),
            0,
            null,
            decision,
            request.transport(),
            request.peer(),
            TimeUnit.NANOSECONDS.toMicros(elapsed().toNanos()),
            customerKey);
    log.append(record.withMemories(ids), ids);
  }
}
