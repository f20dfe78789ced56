package io.rekindle.node.gate;

import io.rekindle.node.access.AccessPass;
import io.rekindle.node.access.Authorizer;
import io.rekindle.node.audit.AuditLog;
import io.rekindle.node.authn.Authenticator;
import io.rekindle.node.authn.Principal;
import io.rekindle.node.config.NodeConfig;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.Command;
import io.rekindle.node.model.Reply;
import io.rekindle.node.telemetry.NodeMeters;
import java.time.InstantSource;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one door. Whatever the protocol, a request takes these steps in this order, and whatever
 * happens it leaves a record before it is answered. Thread-safe.
 */
public final class RequestGate implements RequestHandler {
  private static final Logger LOG = LoggerFactory.getLogger(RequestGate.class);

  private final Admission admission;
  private final Authenticator authenticator;
  private final CommandRules rules;
  private final MemoryIdMint mint;
  private final DiskReserve disk;
  private final AuditTrails audit;
  private final FaultCodes faults;
  private final CommandDispatcher dispatcher;

  private RequestGate(
      Admission admission,
      Authenticator authenticator,
      CommandRules rules,
      MemoryIdMint mint,
      DiskReserve disk,
      AuditTrails audit,
      FaultCodes faults,
      CommandDispatcher dispatcher) {
    this.admission = admission;
    this.authenticator = authenticator;
    this.rules = rules;
    this.mint = mint;
    this.disk = disk;
    this.audit = audit;
    this.faults = faults;
    this.dispatcher = dispatcher;
  }

  /** A gate over the handlers, with the limits of the configuration. */
  public static RequestGate of(
      NodeConfig.Requests limits,
      Authenticator authenticator,
      Authorizer authorizer,
      AuditLog log,
      NodeMeters meters,
      DiskReserve disk,
      InstantSource clock,
      FaultCodes faults,
      CommandDispatcher dispatcher) {
    Admission admission = new Admission(limits.inFlightMax(), limits.inFlightPerKeyMax(), clock);
    meters.level(NodeMeters.Level.REQUESTS_IN_FLIGHT, admission::inFlight);
    return new RequestGate(
        admission,
        authenticator,
        new CommandRules(authorizer),
        new MemoryIdMint(clock),
        disk,
        new AuditTrails(log, meters, clock),
        faults,
        dispatcher);
  }

  @Override
  public Reply handle(Request request) {
    try (Admission.Slot _ = audit.summingRefusals(request, admission::admit)) {
      Principal principal =
          audit.summingRefusals(request, () -> authenticator.authenticate(request.credential()));
      AuditTrail trail = audit.begin(request, principal);
      try (Admission.Slot _ = admission.admit(principal.keyId())) {
        admission.checkDeadline(request);
        Command command = mint.identify(request.decoder().decode(principal.defaultNamespace()));
        CommandRules.Need need = trail.needs(command);
        AccessPass pass = rules.authorize(request.id(), principal, need);
        disk.check(command);
        trail.intend();
        Reply reply = dispatcher.dispatch(pass, command);
        if (reply instanceof Reply.NotYet) {
          // Nobody is told anything before it comes back, by a new pass; that leaves the record.
          return reply;
        }
        trail.answered(reply);
        return reply;
      } catch (RekindleException e) {
        throw trail.failed(e);
      } catch (RuntimeException | Error e) {
        throw trail.failed(internal(request, e));
      }
    }
  }

  /** A fault of ours: the cause goes to the diagnostics, the caller gets the request id. */
  private RekindleException internal(Request request, Throwable cause) {
    LOG.atError().addKeyValue("request", request.id()).setCause(cause).log("a handler failed");
    ErrorCode code = faults.codeOf(cause);
    return new RekindleException(
        code,
        code == ErrorCode.DATA_CORRUPTED
            ? "a page is damaged on disk; the diagnostics of the node name the file"
            : "an internal error; the diagnostics of the node name the request",
        Map.of("request_id", request.id().toString()));
  }
}
