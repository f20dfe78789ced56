package io.rekindle.node.kms;

import io.rekindle.node.config.CustomerKeyConfig;
import io.rekindle.node.kms.KeyManagementService.Probe;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The provider {@code switched}: a development key that a test switches off, for one data folder;
 * for a tenant's, below it, by the setting {@code local-key-file}.
 */
public final class SwitchedKeys implements KeyManagementProvider {
  /** What it does from now on. */
  public enum Switch {
    ON,
    REVOKED,
    UNREACHABLE,
    /** Gives another key than was wrapped, as a provider that mixes up its customers. */
    CONFUSED,
    /** Throws what no provider should. */
    BROKEN,
    /** Does not answer until it is switched to something else, or a minute is over. */
    HANGING
  }

  private static final Map<Path, Switch> SWITCHES = new ConcurrentHashMap<>();
  private static final Map<Path, Queue<String>> ASKING = new ConcurrentHashMap<>();

  public static void set(Path dataFolder, Switch to) {
    SWITCHES.put(dataFolder, to);
  }

  /** The names of the threads that asked, one for each time. */
  public static Queue<String> asking(Path dataFolder) {
    return ASKING.computeIfAbsent(dataFolder, _ -> new ConcurrentLinkedQueue<>());
  }

  @Override
  public String name() {
    return "switched";
  }

  @Override
  public KeyManagementService open(CustomerKeyConfig settings, Path dataFolder) {
    return settings.localKeyFile().equals(Path.of("keys/local.key"))
        ? open(dataFolder)
        : open(dataFolder.resolve(settings.localKeyFile()));
  }

  private static KeyManagementService open(Path dataFolder) {
    Path file = dataFolder.resolveSibling(dataFolder.getFileName() + ".switched.key");
    try {
      if (!Files.exists(file)) {
        LocalKeyManagementService.create(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Switched(new LocalKeyManagementService(file), dataFolder);
  }

  private record Switched(LocalKeyManagementService key, Path dataFolder)
      implements KeyManagementService {
    private Switch now() {
      return SWITCHES.getOrDefault(dataFolder, Switch.ON);
    }

    private void check() {
      asking(dataFolder).add(Thread.currentThread().getName());
      long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
      while (now() == Switch.HANGING && System.nanoTime() - deadline < 0) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
      }
      switch (now()) {
        case REVOKED -> throw new KeyManagementException(Probe.REVOKED, "switched off", null);
        case UNREACHABLE, HANGING ->
            throw new KeyManagementException(Probe.UNREACHABLE, "away", null);
        case BROKEN -> throw new NoClassDefFoundError("of a test");
        case ON, CONFUSED -> {}
      }
    }

    @Override
    public byte[] wrap(byte[] secret, byte[] associatedData) {
      check();
      return key.wrap(secret, associatedData);
    }

    @Override
    public byte[] unwrap(byte[] wrapped, byte[] associatedData) {
      check();
      byte[] secret = key.unwrap(wrapped, associatedData);
      if (now() == Switch.CONFUSED) {
        new Random(1).nextBytes(secret);
      }
      return secret;
    }

    @Override
    public String describe() {
      return "a key of a test";
    }

    @Override
    public void close() {
      key.close();
    }
  }
}
