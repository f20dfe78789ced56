package io.rekindle.node.bootstrap;

import io.rekindle.node.config.NodeConfig;
import io.rekindle.node.error.StartRefusedException;
import io.rekindle.node.keyring.ClusterKey;
import io.rekindle.node.keyring.ClusterKeyFile;
import io.rekindle.node.keyring.FolderMark;
import io.rekindle.node.keyring.WrappedClusterKey;
import io.rekindle.node.kms.KeyLease;
import io.rekindle.node.kms.KeyManagementException;
import io.rekindle.node.kms.KeyManagementService;
import io.rekindle.node.kms.KeyManagementService.Probe;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The cluster key of this process, and the watch over whether the customer lets it go on: it is
 * unwrapped once at the start, and again each time that its lease ends.
 *
 * <p>The watch has threads of its own, which nothing else waits for; what it finds is done by
 * others. Thread-safe.
 */
final class HeldKey implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HeldKey.class);

  private final Path dataFolder;
  private final Path file;
  private final Path mark;
  private final ConfigSource configs;
  private final KeyLease.Settings settings;
  private final ClusterKey first;
  private final long unwrappedAt;

  /** Of the watch alone, besides its end. */
  private volatile KeyManagementService kms;

  private volatile Map<String, String> written;
  private volatile String lastReason = "";
  private volatile @Nullable ClusterKey unwrappedAgain;
  private volatile @Nullable KeyLease lease;
  private volatile @Nullable KeyWatch watch;
  private volatile boolean closed;

  private HeldKey(NodeConfig config, Map<String, String> written, Path mark, ConfigSource configs) {
    dataFolder = config.dataFolder();
    file = dataFolder.resolve(config.keys().clusterKeyFile());
    this.written = written;
    this.mark = mark;
    this.configs = configs;
    settings = KeyLease.Settings.of(config.keys());
    kms = KeyProviders.of(config);
    unwrappedAt = System.nanoTime();
    try {
      first = ClusterKeyFile.open(file, kms);
    } catch (RuntimeException e) {
      kms.close();
      throw e;
    }
  }

  /** Reads the node's configuration, as the start did. */
  @FunctionalInterface
  interface ConfigSource {
    NodeConfig read() throws IOException;
  }

  /** What a key that is watched is used by. Called by the watch, which is not to be kept long. */
  interface User {
    /** Uses it no more. */
    void lock(Probe because);

    /**
     * Uses it again.
     *
     * @param key owned by the user from now on
     */
    void unlock(ClusterKey key);
  }

  /**
   * Unwraps the key.
   *
   * @param written the settings of the customer's key in the file, read before {@code config} was
   * @param mark what shows that it is the right one, where there is one
   * @param configs asked when the settings of the customer's key have changed in the file
   * @throws StartRefusedException when the provider does not unwrap it, or another key is set
   */
  static HeldKey open(
      NodeConfig config, Map<String, String> written, Path mark, ConfigSource configs) {
    return new HeldKey(config, written, mark, configs);
  }

  /** As it was unwrapped at the start; owned by the caller. */
  ClusterKey clusterKey() {
    return first;
  }

  /** Begins to watch; once. */
  void watch(User user) {
    KeyLease begun =
        new KeyLease(
            this::prove, () -> kms.logOut(), holder(user), settings, System::nanoTime, unwrappedAt);
    lease = begun;
    watch = KeyWatch.start(Thread.ofPlatform().daemon(), "key", begun, () -> step(begun));
  }

  /** What a proof has unwrapped, and nobody has taken over, is wiped at once. */
  private Duration step(KeyLease begun) {
    try {
      return begun.step();
    } finally {
      ClusterKey left = unwrappedAgain;
      unwrappedAgain = null;
      if (left != null) {
        left.close();
      }
    }
  }

  private KeyLease.Holder holder(User user) {
    return new KeyLease.Holder() {
      @Override
      public void lock(Probe because) {
        user.lock(because);
        LOG.atError()
            .addKeyValue("key", kms.describe())
            .addKeyValue("answer", because)
            .addKeyValue("reason", lastReason)
            .log("the customer's key is not to be had: the node is locked");
      }

      @Override
      public void unlock() {
        ClusterKey key = Objects.requireNonNull(unwrappedAgain);
        unwrappedAgain = null;
        user.unlock(key);
        LOG.atWarn()
            .addKeyValue("key", kms.describe())
            .log("the customer's key is back: the node is unlocked");
      }

      @Override
      public void doubt(Probe because, Duration graceLeft) {
        LOG.atWarn()
            .addKeyValue("key", kms.describe())
            .addKeyValue("answer", because)
            .addKeyValue("reason", lastReason)
            .addKeyValue("graceLeft", graceLeft)
            .log("the customer's key was not proved");
      }
    };
  }

  /**
   * Asks the provider now, and waits until it has said that the key is good, or the key is locked.
   *
   * @param max after which it counts as good as before
   */
  boolean isTakenAway(Duration max) {
    KeyLease begun = Objects.requireNonNull(lease);
    long asked = System.nanoTime();
    Objects.requireNonNull(watch).wake();
    Duration since = Duration.ZERO;
    while (begun.locked() == null
        && since.compareTo(max) < 0
        && begun.proved().compareTo(since) >= 0) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
      since = Duration.ofNanos(System.nanoTime() - asked);
    }
    return begun.locked() != null;
  }

  /**
   * What the provider says of the wrapped cluster key now. Another key of the customer's may have
   * taken over, as {@link KeyChange} writes it; who it was before is asked as long as that one does
   * not unwrap, since settings may be wrong, too.
   */
  private Probe prove() {
    KeyManagementService next = null;
    Probe byNext = Probe.OK;
    try {
      Map<String, String> now = KeySettings.ofCluster(dataFolder);
      if (!now.equals(written)) {
        next = KeyProviders.of(configs.read());
        byNext = prove(next);
        if (byNext == Probe.OK) {
          follow(next, now);
          return Probe.OK;
        }
      }
    } catch (IOException | RuntimeException e) {
      LOG.atWarn().setCause(e).log("the settings of the customer's key can't be used");
    } finally {
      if (next != null && next != kms) {
        next.close();
      }
    }
    String reason = lastReason;
    Probe byCurrent = prove(kms);
    if (byCurrent == Probe.OK || byNext == Probe.OK) {
      return byCurrent;
    }
    lastReason = reason;
    return byNext;
  }

  private void follow(KeyManagementService next, Map<String, String> now) {
    KeyManagementService before = kms;
    kms = next;
    written = now;
    LOG.atInfo()
        .addKeyValue("before", before.describe())
        .addKeyValue("key", next.describe())
        .log("the settings of the customer's key have changed");
    before.close();
  }

  @SuppressWarnings("CatchingUnchecked") // As above; such a fault says nothing of the key.
  private Probe prove(KeyManagementService by) {
    try {
      ClusterKey key = WrappedClusterKey.read(file).unwrap(by);
      try {
        FolderMark.check(mark, key);
      } catch (StartRefusedException e) {
        key.close();
        throw e;
      }
      unwrappedAgain = key;
      lastReason = "";
      return Probe.OK;
    } catch (KeyManagementException e) {
      lastReason = e.reason() == null ? String.valueOf(e.getMessage()) : e.reason();
      // Of what it unwrapped before, it says that it is not its own: a wrong answer.
      return e.probe() == Probe.OK ? Probe.UNREACHABLE : e.probe();
    } catch (Throwable e) {
      // The file is not there, or the key is another: nobody has refused this one.
      lastReason = e.getClass().getSimpleName();
      LOG.atWarn().setCause(e).log("the cluster key could not be proved");
      return Probe.UNREACHABLE;
    }
  }

  /** By which key of the customer's the cluster key is wrapped; for operators. */
  String describe() {
    return kms.describe();
  }

  /** How long ago it was proved. */
  Duration proved() {
    KeyLease begun = lease;
    return begun == null ? Duration.ZERO : begun.proved();
  }

  /** Why it was not proved when it was asked last; empty when it was. */
  String doubt() {
    return lastReason;
  }

  /** After which time without a proof the node is locked. */
  Duration grace() {
    return settings.grace();
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    KeyWatch begun = watch;
    if (begun != null) {
      begun.close();
    }
    try {
      kms.close();
    } catch (RuntimeException e) {
      LOG.atError().setCause(e).log("the provider of the customer's key stopped badly");
    }
  }
}
