package io.rekindle.node.cluster;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteState;
import org.apache.ignite.Ignition;
import org.apache.ignite.failure.AbstractFailureHandler;
import org.apache.ignite.failure.FailureContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * On a critical failure: marks the node invalid, tells the listener, and halts the process if the
 * engine is not down in time. A node that lost its WAL must not acknowledge one write more.
 */
final class EngineFailureHandler extends AbstractFailureHandler {
  /** The exit code of a process that was halted: that of any failed engine. */
  static final int HALT_EXIT_CODE = 3;

  private static final long LOOK_EVERY_MILLIS = 100;

  private static final Logger log = LoggerFactory.getLogger(EngineFailureHandler.class);

  private final DamagedPartitions damaged;
  private final EngineFailureListener listener;
  private final Duration patience;
  private final AtomicBoolean told = new AtomicBoolean();

  EngineFailureHandler(
      DamagedPartitions damaged, EngineFailureListener listener, Duration patience) {
    this.damaged = damaged;
    this.listener = listener;
    this.patience = patience;
  }

  @Override
  protected boolean handle(Ignite ignite, FailureContext failure) {
    if (told.compareAndSet(false, true)) {
      noteDamage(failure);
      log.atError()
          .addKeyValue("kind", failure.type())
          .setCause(failure.error())
          .log("the engine failed and is stopped");
      Thread stopper =
          new Thread(
              () -> listener.engineFailed(failure.type().name(), failure.error()),
              "engine-failure");
      stopper.setDaemon(true);
      stopper.start();
      watch(ignite.name());
    }
    return true;
  }

  /** Before anything is stopped: the next start has to know. */
  private void noteDamage(FailureContext failure) {
    try {
      String place = damaged.note(failure.error());
      if (place != null) {
        log.atError()
            .addKeyValue("partition", place)
            .log("a page is damaged on disk; the next start does not touch its partition");
      }
    } catch (UncheckedIOException e) {
      log.atError().setCause(e).log("a damaged partition could not be remembered");
    }
  }

  /** What the listener only begins may take as long as our patience; then the process goes. */
  private void watch(String instance) {
    Thread watchdog =
        new Thread(
            () -> {
              if (!stopsInTime(instance)) {
                log.error("the engine did not stop, so the process is halted");
                Runtime.getRuntime().halt(HALT_EXIT_CODE);
              }
            },
            "engine-failure-watchdog");
    watchdog.setDaemon(true);
    watchdog.start();
  }

  private boolean stopsInTime(String instance) {
    long deadline = System.nanoTime() + patience.toNanos();
    while (Ignition.state(instance) == IgniteState.STARTED) {
      if (System.nanoTime() - deadline >= 0) {
        return false;
      }
      try {
        Thread.sleep(LOOK_EVERY_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
    return true;
  }
}
