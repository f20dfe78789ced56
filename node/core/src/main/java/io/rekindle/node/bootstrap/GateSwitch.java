package io.rekindle.node.bootstrap;

import io.rekindle.node.audit.AuditLog;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.gate.Refusal;
import io.rekindle.node.gate.RefusalSink;
import io.rekindle.node.gate.Request;
import io.rekindle.node.gate.RequestHandler;
import io.rekindle.node.model.Reply;
import io.rekindle.node.telemetry.NodeMeters;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the door talks to for the life of the process: the engine's gate while there is one, and a
 * refusal with the reason while there is none. Refusals, the door's own included, are recorded too,
 * summed per (address, reason, second), because nobody is known then. Thread-safe.
 */
final class GateSwitch implements RequestHandler, RefusalSink {
  private static final Logger LOG = LoggerFactory.getLogger(GateSwitch.class);
  private static final int DRAIN_SECONDS = 10;

  private final AuditLog audit;
  private final NodeMeters meters;

  /** Read by each request, so that whoever writes has waited for all of them. */
  private final ReadWriteLock underWay = new ReentrantReadWriteLock();

  /**
   * What answers, and what may forbid it to.
   *
   * @param forbidden why nothing may be answered right now, or null
   */
  private record Opened(RequestHandler gate, Supplier<@Nullable ErrorCode> forbidden) {}

  private volatile @Nullable Opened open;
  private volatile ErrorCode closedBecause = ErrorCode.NOT_READY;
  private volatile boolean locked;

  GateSwitch(AuditLog audit, NodeMeters meters) {
    this.audit = audit;
    this.meters = meters;
  }

  /**
   * Lets requests through.
   *
   * @param forbidden asked before each of them: why it may not be answered now, or null
   */
  void open(RequestHandler gate, Supplier<@Nullable ErrorCode> forbidden) {
    open = new Opened(gate, forbidden);
  }

  /** New requests are refused from now on, whether it is open or not, until {@link #unlock}. */
  void lock() {
    locked = true;
  }

  void unlock() {
    locked = false;
  }

  boolean isLocked() {
    return locked;
  }

  /** New requests are refused from now on; waits for those under way, at most ten seconds. */
  void close(ErrorCode reason) {
    closedBecause = reason;
    open = null;
    try {
      if (underWay.writeLock().tryLock(DRAIN_SECONDS, TimeUnit.SECONDS)) {
        underWay.writeLock().unlock();
      } else {
        LOG.atWarn()
            .addKeyValue("seconds", DRAIN_SECONDS)
            .log("requests are still under way; the engine stops without waiting for them");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public Reply handle(Request request) {
    ErrorCode reason = closedBecause;
    if (open != null) {
      underWay.readLock().lock();
      try {
        Opened opened = open;
        ErrorCode forbidden = opened == null ? closedBecause : opened.forbidden().get();
        if (opened != null && forbidden == null && !locked) {
          return opened.gate().handle(request);
        }
        reason = forbidden == null ? closedBecause : forbidden;
      } finally {
        underWay.readLock().unlock();
      }
    }
    if (locked) {
      reason = ErrorCode.KEY_REVOKED;
    }
    meters.count(NodeMeters.Count.REQUESTS_REFUSED, 1);
    audit.refused(request.peer(), reason.name());
    throw new RekindleException(reason, sentence(reason));
  }

  private static String sentence(ErrorCode reason) {
    return switch (reason) {
      case KEY_REVOKED ->
          "the customer's key is revoked, or was out of reach for too long: the node is locked";
      case NO_MAJORITY ->
          "this node does not reach a majority of the cluster's nodes; ask another, or try again";
      default -> "the node is not ready; /readyz names what it waits for";
    };
  }

  @Override
  public void refused(String peer, Refusal refusal) {
    meters.count(NodeMeters.Count.REQUESTS_REFUSED, 1);
    audit.refusedWithoutWaiting(peer, refusal.name());
  }
}
