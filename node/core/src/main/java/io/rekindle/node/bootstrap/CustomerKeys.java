package io.rekindle.node.bootstrap;

import io.rekindle.node.config.CustomerKeyConfig;
import io.rekindle.node.config.NodeConfig;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.error.StartRefusedException;
import io.rekindle.node.kms.KeyManagementService;
import io.rekindle.node.kms.LocalKeyManagementProvider;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The customers' keys that tenants may name, by their names in the configuration; each is opened
 * when it is first asked for. The file of the data folder is followed: a name that is new in it is
 * found, and {@link #follow} takes other settings of a known one once they were seen to work.
 *
 * <p>A configuration is parsed when its file has changed, at most once a second; a key that is open
 * costs one lookup. Thread-safe.
 */
final class CustomerKeys implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CustomerKeys.class);
  private static final String PREFIX = KeySettings.PREFIX + KeySettings.TENANTS;
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9_-]{0,62}");
  private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Path dataFolder;
  private final HeldKey.ConfigSource configs;
  private final LongSupplier nanos;
  private final Map<String, Opened> opened = new ConcurrentHashMap<>();
  private @Nullable Configured configured;
  private long lookedAt;
  private volatile boolean closed;

  private record Opened(Map<String, String> written, KeyManagementService kms) {}

  /**
   * What the nodes' configuration says.
   *
   * @param written what its file said, read before {@code config} was
   */
  private record Configured(Map<String, String> written, NodeConfig config) {
    Map<String, String> of(String name) {
      Map<String, String> own = new TreeMap<>(written);
      own.keySet().removeIf(key -> !key.startsWith(PREFIX + name + "."));
      return own;
    }
  }

  /** Opens nothing yet, and asks nobody. */
  CustomerKeys(Path dataFolder, HeldKey.ConfigSource configs) {
    this(dataFolder, configs, System::nanoTime);
  }

  /** As above, by another clock. */
  CustomerKeys(Path dataFolder, HeldKey.ConfigSource configs, LongSupplier nanos) {
    this.dataFolder = dataFolder;
    this.configs = configs;
    this.nanos = nanos;
  }

  /**
   * Refuses what can't be right on any machine; files and addresses are a tenant's own trouble.
   *
   * @throws StartRefusedException naming the first key that is wrong
   */
  static void check(NodeConfig config) {
    Map<String, CustomerKeyConfig> tenants = config.keys().tenants();
    new TreeMap<>(tenants).forEach(CustomerKeys::check);
    config
        .keys()
        .tenantDefault()
        .filter(name -> !tenants.containsKey(name))
        .ifPresent(
            name -> {
              throw new StartRefusedException(
                  "rekindle.keys.tenant-default names " + PREFIX + name + ", which is not there.");
            });
  }

  private static void check(String name, CustomerKeyConfig key) {
    requireName(name);
    if (key.provider().equals(LocalKeyManagementProvider.NAME)) {
      throw new StartRefusedException(
          PREFIX
              + name
              + ".provider is to be another than local: a key in the data folder is no"
              + " customer's.");
    }
  }

  /**
   * Refuses a name that none can have.
   *
   * @param field of the request that it is from
   * @throws RekindleException INVALID_ARGUMENT
   */
  static void requireName(String name, String field) {
    if (!NAME.matcher(name).matches()) {
      throw RekindleException.invalid(field, "a customer's key has a name like acme");
    }
  }

  private static void requireName(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new StartRefusedException(
          "A name below "
              + PREFIX
              + " begins with one of a-z and 0-9, and has _ and - besides, in"
              + " 63 characters at most.");
    }
  }

  /**
   * One of them.
   *
   * @throws StartRefusedException when the configuration does not have it, or not whole
   */
  KeyManagementService get(String name) {
    Opened known = opened.get(name);
    return known == null ? open(name) : known.kms();
  }

  private synchronized KeyManagementService open(String name) {
    Opened known = opened.get(name);
    if (known != null) {
      return known.kms();
    }
    requireName(name);
    Opened made = make(name, now());
    opened.put(name, made);
    return made.kms();
  }

  /**
   * Takes the settings that the configuration has now, if they are others than those in use, and
   * work.
   *
   * @param works asks the key under the other settings
   * @return whether they were taken
   */
  boolean follow(String name, Predicate<KeyManagementService> works) {
    Opened used = opened.get(name);
    Opened other = used == null ? null : otherThan(name, used);
    if (used == null || other == null) {
      return false;
    }
    if (works.test(other.kms()) && !closed && opened.replace(name, used, other)) {
      LOG.atInfo()
          .addKeyValue("before", used.kms().describe())
          .addKeyValue("key", other.kms().describe())
          .log("the settings of a tenant's customer's key have changed");
      close(used.kms());
      return true;
    }
    close(other.kms());
    return false;
  }

  private synchronized @Nullable Opened otherThan(String name, Opened used) {
    try {
      Configured now = now();
      return now.of(name).equals(used.written()) ? null : make(name, now);
    } catch (RuntimeException e) {
      LOG.atWarn().addKeyValue("key", name).setCause(e).log("the settings of a key can't be used");
      return null;
    }
  }

  /** Under the lock. */
  private Configured now() {
    Configured last = configured;
    if (last != null && nanos.getAsLong() - lookedAt < LOOK_NANOS) {
      return last;
    }
    try {
      Map<String, String> written = KeySettings.written(dataFolder);
      if (last == null || !last.written().equals(written)) {
        last = new Configured(written, configs.read());
        configured = last;
      }
      lookedAt = nanos.getAsLong();
      return last;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Opened make(String name, Configured from) {
    CustomerKeyConfig key = from.config().keys().tenants().get(name);
    if (key == null || closed) {
      throw new StartRefusedException(PREFIX + name + " is not configured.");
    }
    check(name, key);
    try {
      return new Opened(from.of(name), KeyProviders.of(key, dataFolder));
    } catch (StartRefusedException e) {
      // A provider knows its settings by the names that those of the cluster's key have.
      throw new StartRefusedException(
          String.valueOf(e.getMessage()).replace(KeySettings.PREFIX, PREFIX + name + "."), e);
    }
  }

  private static void close(KeyManagementService kms) {
    try {
      kms.close();
    } catch (RuntimeException e) {
      LOG.atError().setCause(e).log("the provider of a customer's key stopped badly");
    }
  }

  /** Opens no more. */
  @Override
  public synchronized void close() {
    closed = true;
    opened.values().forEach(one -> close(one.kms()));
    opened.clear();
  }
}
