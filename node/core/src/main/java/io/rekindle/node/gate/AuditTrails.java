package io.rekindle.node.gate;

import io.rekindle.node.audit.AuditLog;
import io.rekindle.node.authn.AuthenticationFailure;
import io.rekindle.node.authn.Principal;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.telemetry.NodeMeters;
import java.time.InstantSource;
import java.util.function.Supplier;

/** Begins the trail of each request. Thread-safe. */
final class AuditTrails {
  private final AuditLog log;
  private final NodeMeters meters;
  private final InstantSource clock;

  AuditTrails(AuditLog log, NodeMeters meters, InstantSource clock) {
    this.log = log;
    this.meters = meters;
    this.clock = clock;
  }

  /**
   * Runs a step before the caller is known: its refusals are summed per (address, reason, second),
   * so that a flood neither fills the audit nor stops answers.
   */
  <T> T summingRefusals(Request request, Supplier<T> step) {
    try {
      return step.get();
    } catch (RuntimeException | Error e) {
      log.refused(request.peer(), reasonOf(e));
      meters.count(NodeMeters.Count.REQUESTS_REFUSED, 1);
      throw e;
    }
  }

  private static String reasonOf(Throwable error) {
    if (!(error instanceof RekindleException known)) {
      return ErrorCode.INTERNAL.name();
    }
    AuthenticationFailure failure = AuthenticationFailure.find(known);
    return failure == null ? known.code().name() : failure.reason().name();
  }

  AuditTrail begin(Request request, Principal principal) {
    return new AuditTrail(log, meters, clock, request, principal);
  }
}
