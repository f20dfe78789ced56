package io.rekindle.node.cluster;

import io.rekindle.node.error.StartRefusedException;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteException;
import org.apache.ignite.Ignition;
import org.apache.ignite.configuration.CacheConfiguration;
import org.apache.ignite.configuration.IgniteConfiguration;
import org.apache.ignite.internal.IgniteEx;
import org.apache.ignite.internal.cache.query.index.IndexProcessor;
import org.apache.ignite.internal.processors.configuration.distributed.NotWritablePropertyException;
import org.apache.ignite.internal.util.typedef.X;
import org.jspecify.annotations.Nullable;

/**
 * Ignite, started, active and checked; the core of the engine. It can be closed and another one
 * started in the same process.
 */
public final class RunningIgnite implements AutoCloseable {
  private static final int TRIES_MAX = 200;
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final Ignite ignite;

  private RunningIgnite(Ignite ignite) {
    this.ignite = ignite;
  }

  /**
   * Starts a node that is alone, and activates it; its first start makes it the baseline.
   *
   * @throws io.rekindle.node.error.StartRefusedException when a cache is not encrypted: before
   *     anything starts if it is a configured one
   * @throws io.rekindle.node.error.StartRefusedException also when a page that every start reads is
   *     damaged
   * @throws MaintenanceDoneException when this start was for Ignite's own repairs; the caller tries
   *     again, with a new configuration
   * @throws IgniteException when Ignite cannot start; nothing of it runs then
   */
  public static RunningIgnite start(IgniteConfiguration configuration) {
    return start(configuration, 1);
  }

  /**
   * As {@link #start(IgniteConfiguration)}, of a node of a cluster: returns when that is active.
   *
   * @param initialNodes how many must be there before a new cluster begins; 0 begins none
   * @throws SeparateRingException when others are in a cluster of their own: start anew
   * @throws WaitOutsideException when others have to come back first: start anew after a pause
   */
  public static RunningIgnite start(IgniteConfiguration configuration, int initialNodes) {
    return start(configuration, initialNodes, null);
  }

  /**
   * As {@link #start(IgniteConfiguration, int)}, of a cluster that begins with what a backup has.
   *
   * @param restore null for none; else the configuration names no caches
   */
  public static RunningIgnite start(
      IgniteConfiguration configuration, int initialNodes, @Nullable SnapshotRestore restore) {
    return start(configuration, initialNodes, restore, _ -> {}, () -> false);
  }

  /**
   * As above.
   *
   * @param leaving told which nodes of the baseline this node is about to leave behind, because an
   *     operator said so; when it throws, it does not
   * @param givenUp asked while it waits for other nodes; true ends that with a {@link
   *     SeparateRingException}
   */
  public static RunningIgnite start(
      IgniteConfiguration configuration,
      int initialNodes,
      @Nullable SnapshotRestore restore,
      Consumer<Set<String>> leaving,
      BooleanSupplier givenUp) {
    CacheConfiguration<?, ?>[] caches = configuration.getCacheConfiguration();
    if (caches != null) {
      EncryptedCachesCheck.check(caches);
    }
    Ignite ignite = ignition(configuration);
    RunningIgnite running = new RunningIgnite(ignite);
    if (((IgniteEx) ignite).context().maintenanceRegistry().isMaintenanceMode()) {
      // A write to an SQL index that fails, as on a full disk, makes Ignite note that the index is
      // corrupted. The start has rebuilt it, and goes no further.
      running.close();
      throw new MaintenanceDoneException();
    }
    try {
      if (!ClusterStart.await(ignite, initialNodes, leaving, givenUp)) {
        throw new SeparateRingException();
      }
      fixBaseline(ignite);
      if (restore != null) {
        restore.run(ignite);
      }
      EncryptedCachesCheck.check(ignite);
      return running;
    } catch (RuntimeException e) {
      running.halt();
      throw e;
    }
  }

  /**
   * A node that activates by itself, as every one does after its first start, may still be at it.
   */
  private static void fixBaseline(Ignite ignite) {
    for (int tries = 1; ; tries++) {
      try {
        ignite.cluster().baselineAutoAdjustEnabled(false);
        return;
      } catch (IgniteException e) {
        if (tries == TRIES_MAX || !X.hasCause(e, NotWritablePropertyException.class)) {
          throw e;
        }
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
  }

  private static Ignite ignition(IgniteConfiguration configuration) {
    try {
      return Ignition.start(configuration);
    } catch (IgniteException e) {
      if (JoinRefusal.isForNow(e)) {
        throw new WaitOutsideException(e);
      }
      if (X.hasCause(e, XaesEncryptionSpi.OtherClusterKeyException.class)) {
        throw new StartRefusedException(
            "The keys of pages were wrapped by another cluster key, or a newer one, than the"
                + " cluster key file has.",
            e);
      }
      throw JoinRefusal.isBehind(e) ? JoinRefusal.of(e) : DamagedPartitions.refusalOf(e);
    }
  }

  public Ignite ignite() {
    return ignite;
  }

  /**
   * Stops after running jobs and a last checkpoint, so that the next start replays nothing; when it
   * was the last of the process, nothing holds its memory any more.
   */
  @Override
  public void close() {
    stop(false);
  }

  /** Stops at once, without a checkpoint; the next start replays the WAL. */
  public void halt() {
    stop(true);
  }

  private void stop(boolean cancel) {
    Ignition.stop(ignite.name(), cancel);
    if (Ignition.allGrids().isEmpty()) {
      // Ignite's one static that leads to an engine: it would keep the keys of pages in memory.
      IndexProcessor.serializer = null;
    }
  }
}
