package io.rekindle.node.audit;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread of the log: ships blocks, writes refusals and heartbeats. What fails, whatever it
 * throws, is told once, and tried again at the next beat: without this thread the tail would grow
 * to its bound, and then nothing would be answered.
 */
final class AuditPulse implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AuditPulse.class);
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final Duration STOP_WAIT = Duration.ofSeconds(10);
  private static final int BEATS_TO_REST_MAX = 50;

  private final AuditLog log;
  private final long blockNanos;
  private final long heartbeatNanos;
  private final Thread thread;
  private volatile boolean stopping;
  private volatile boolean refusalWaits;
  private int shipFailures;
  private boolean writeFailed;

  AuditPulse(AuditLog log, AuditSettings settings) {
    this.log = log;
    this.blockNanos = settings.blockInterval().toNanos();
    this.heartbeatNanos = settings.heartbeat().toNanos();
    this.thread = Thread.ofPlatform().daemon().name("audit-pulse").unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  private void run() {
    long now = System.nanoTime();
    long nextShip = now;
    long nextSums = now + SECOND;
    long nextHeartbeat = now + heartbeatNanos;
    while (!stopping) {
      if (refusalWaits) {
        refusalWaits = false;
        write(log::writeFirstRefusals);
      }
      now = System.nanoTime();
      if (now - nextShip >= 0) {
        ship();
        // A sink that fails is asked less and less often, down to every fifty intervals.
        nextShip = System.nanoTime() + blockNanos * Math.clamp(shipFailures, 1, BEATS_TO_REST_MAX);
      }
      if (now - nextSums >= 0) {
        write(() -> log.writeRefusals(false));
        nextSums = now + SECOND;
      }
      if (now - nextHeartbeat >= 0) {
        write(log::heartbeat);
        nextHeartbeat = now + heartbeatNanos;
      }
      LockSupport.parkNanos(this, Math.min(blockNanos, SECOND));
    }
  }

  /** A refusal is to be written now. */
  void wake() {
    refusalWaits = true;
    LockSupport.unpark(thread);
  }

  private void ship() {
    try {
      while (!stopping && log.ship()) {
        shipFailures = 0;
      }
      shipFailures = 0;
    } catch (IOException | RuntimeException | Error e) {
      if (shipFailures++ == 0) {
        LOG.atWarn().setCause(e).log("audit blocks wait in the tail: they can't be kept now");
      }
    }
  }

  /** Something that appends. */
  private interface Write {
    void run() throws IOException;
  }

  private void write(Write write) {
    try {
      write.run();
      writeFailed = false;
    } catch (IOException | RuntimeException | Error e) {
      if (!writeFailed) {
        LOG.atError().setCause(e).log("the audit log can't be written: nothing is answered");
      }
      writeFailed = true;
    }
  }

  /** Waits for the beat under way, at most ten seconds: a sink may hang. */
  @Override
  public void close() {
    stopping = true;
    LockSupport.unpark(thread);
    try {
      thread.join(STOP_WAIT);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
