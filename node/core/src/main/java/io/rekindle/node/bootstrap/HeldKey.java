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
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The cluster key of this process, and the watch over whether the customer lets it go on: it is
 * unwrapped once at the start, and again each time that its lease ends.
 *
 * <p>The watch is a thread of its own, which nothing else waits for; what it finds is done by
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
  private volatile KeyManagementService kms;
  private volatile Map<String, String> written;
  private volatile @Nullable ClusterKey unwrappedAgain;
  private volatile @Nullable KeyLease lease;
  private volatile boolean closed;
  private volatile @Nullable Thread watch;

  private HeldKey(NodeConfig config, Path mark, ConfigSource configs) throws IOException {
    dataFolder = config.dataFolder();
    file = dataFolder.resolve(config.keys().clusterKeyFile());
    this.mark = mark;
    this.configs = configs;
    settings = KeyLease.Settings.of(config.keys());
    written = KeySettings.written(dataFolder);
    kms = KeyProviders.of(config);
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
   * @param mark what shows that it is the right one, where there is one
   * @param configs asked when the settings of the customer's key have changed in the file
   * @throws StartRefusedException when the provider does not unwrap it, or another key is set
   */
  static HeldKey open(NodeConfig config, Path mark, ConfigSource configs) {
    try {
      return new HeldKey(config, mark, configs);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** As it was unwrapped at the start; owned by the caller. */
  ClusterKey clusterKey() {
    return first;
  }

  /** Begins to watch; once. */
  void watch(User user, LongSupplier nanos) {
    KeyLease begun = new KeyLease(this::prove, () -> kms.logOut(), holder(user), settings, nanos);
    lease = begun;
    watch = Thread.ofPlatform().daemon().name("key-lease").start(() -> watch(begun));
  }

  private KeyLease.Holder holder(User user) {
    return new KeyLease.Holder() {
      @Override
      public void lock(Probe because) {
        LOG.atError()
            .addKeyValue("key", kms.describe())
            .addKeyValue("answer", because)
            .log("the customer's key is not to be had: the node is locked");
        user.lock(because);
      }

      @Override
      public void unlock() {
        LOG.atWarn()
            .addKeyValue("key", kms.describe())
            .log("the customer's key is back: the node is unlocked");
        user.unlock(Objects.requireNonNull(unwrappedAgain));
        unwrappedAgain = null;
      }

      @Override
      public void doubt(Probe because, Duration graceLeft) {
        LOG.atWarn()
            .addKeyValue("key", kms.describe())
            .addKeyValue("answer", because)
            .addKeyValue("graceLeft", graceLeft)
            .log("the customer's key was not proved");
      }
    };
  }

  private void watch(KeyLease begun) {
    Duration pause = begun.first();
    while (!closed) {
      // A park may end early.
      long deadline = System.nanoTime() + pause.toNanos();
      while (!closed && System.nanoTime() - deadline < 0) {
        LockSupport.parkNanos(Math.min(deadline - System.nanoTime(), TimeUnit.HOURS.toNanos(1)));
      }
      if (!closed) {
        pause = begun.step();
      }
    }
  }

  /** What the provider says of the wrapped cluster key now. */
  private Probe prove() {
    try {
      follow();
      ClusterKey key = WrappedClusterKey.read(file).unwrap(kms);
      try {
        FolderMark.check(mark, key);
      } catch (StartRefusedException e) {
        key.close();
        throw e;
      }
      keep(key);
      return Probe.OK;
    } catch (KeyManagementException e) {
      LOG.atDebug().addKeyValue("reason", e.reason()).setCause(e).log("the key was not unwrapped");
      // Of what it unwrapped before, it says that it is not its own: a wrong answer.
      return e.probe() == Probe.OK ? Probe.UNREACHABLE : e.probe();
    } catch (IOException | RuntimeException e) {
      // The file is not there, or the key is another: nobody has refused this one.
      LOG.atWarn().setCause(e).log("the cluster key could not be proved");
      return Probe.UNREACHABLE;
    }
  }

  /** Another key of the customer's may have taken over, as {@link KeyChange} writes it. */
  private void follow() throws IOException {
    Map<String, String> now = KeySettings.written(dataFolder);
    if (now.equals(written)) {
      return;
    }
    KeyManagementService next = KeyProviders.of(configs.read());
    KeyManagementService before = kms;
    kms = next;
    written = now;
    LOG.atInfo()
        .addKeyValue("before", before.describe())
        .addKeyValue("key", next.describe())
        .log("the settings of the customer's key have changed");
    before.close();
  }

  private void keep(ClusterKey key) {
    KeyLease begun = lease;
    if (begun != null && begun.locked() != null) {
      unwrappedAgain = key;
    } else {
      key.close(); // The one that is in use is the same.
    }
  }

  /** How long ago the customer's key was proved, and by whom; for operators. */
  String describe() {
    KeyLease begun = lease;
    String proved = begun == null ? "" : ", proved " + begun.proved().toSeconds() + " s ago";
    return kms.describe() + proved;
  }

  @Override
  public void close() {
    closed = true;
    Thread watching = watch;
    if (watching != null) {
      LockSupport.unpark(watching);
    }
    kms.close();
  }
}
