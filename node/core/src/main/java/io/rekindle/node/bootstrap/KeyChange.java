package io.rekindle.node.bootstrap;

import io.rekindle.node.config.NodeConfig;
import io.rekindle.node.config.NodeConfigLoader;
import io.rekindle.node.error.StartRefusedException;
import io.rekindle.node.keyring.ClusterKey;
import io.rekindle.node.keyring.ClusterKeyFile;
import io.rekindle.node.keyring.FolderMark;
import io.rekindle.node.keyring.WrappedClusterKey;
import io.rekindle.node.kms.KeyLease;
import io.rekindle.node.kms.KeyManagementException;
import io.rekindle.node.kms.KeyManagementService;
import io.rekindle.node.kms.KeyProof;
import io.rekindle.node.kms.LocalKeyManagementService;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Changes by which key of the customer's the cluster key of a data folder is wrapped, while its
 * node runs or not; data is not touched. After each step the folder can be started, so that a
 * change that was cut short is done again, and nothing else.
 *
 * <p>It works on the folder, and not through the door: whoever names a provider is given the
 * cluster key by it, and an administrator of the data is not to have that.
 */
final class KeyChange {
  /** The fact of {@link #status} that says whether all is well. */
  static final String ANSWER = "answer";

  private static final String LOCK = "keys/change.lock";

  private KeyChange() {}

  /** After which step of a move the file and the settings are how. */
  enum Step {
    /** Wrapped by both keys, settings of the old one. */
    WRAPPED_BY_BOTH,
    /** Wrapped by both keys, settings of the new one. */
    SETTINGS_WRITTEN,
    /** Wrapped by the new one. */
    DONE
  }

  /**
   * Wraps the cluster key anew, under the newest version of the same key.
   *
   * @return what was done, in a sentence
   * @throws StartRefusedException when the provider does not, and then nothing was changed
   */
  static String rotate(Path dataFolder, HeldKey.ConfigSource configs) throws IOException {
    try (var _ = lock(dataFolder)) {
      NodeConfig config = configs.read();
      Path file = file(config);
      try (KeyManagementService kms = KeyProviders.of(config)) {
        WrappedClusterKey before = WrappedClusterKey.read(file);
        ClusterKeyFile.open(file, kms).close(); // Says in the words of a start what is wrong.
        asked(kms, () -> before.rewrapped(kms, key -> requireRight(dataFolder, key))).write();
        return "The cluster key is wrapped anew: %s.".formatted(kms.describe());
      }
    }
  }

  /**
   * Has another key of the customer's wrap the cluster key, and the configuration name it.
   *
   * @param settings those that change, with their prefix
   * @return what was done, in a sentence
   * @throws StartRefusedException when one of the providers does not do its part, and then nothing
   *     was changed
   */
  static String move(Path dataFolder, Map<String, String> settings) throws IOException {
    return move(dataFolder, settings, _ -> {});
  }

  /**
   * As above.
   *
   * @param after called after each step; what it throws cuts the move short, as a crash does
   */
  static String move(Path dataFolder, Map<String, String> settings, Consumer<Step> after)
      throws IOException {
    KeySettings.requireNoneOfTheEnvironment();
    try (var _ = lock(dataFolder)) {
      Map<String, String> written = NodeConfigLoader.written(dataFolder);
      Map<String, String> moved = KeySettings.moved(written, settings);
      NodeConfig from = NodeConfigLoader.load(dataFolder, written, Map.of());
      NodeConfig to = NodeConfigLoader.load(dataFolder, moved, Map.of());
      var _ = KeyLease.Settings.of(to.keys());
      byte[] rendered = KeySettings.rendered(dataFolder, moved);
      Path file = file(from);
      try (KeyManagementService current = KeyProviders.of(from);
          KeyManagementService next = next(to)) {
        WrappedClusterKey before = WrappedClusterKey.read(file);
        ClusterKeyFile.open(file, current).close();
        KeyProof.require(next);
        WrappedClusterKey both =
            asked(
                next,
                () -> before.takenOverBy(next, current, key -> requireRight(dataFolder, key)));
        both.write();
        after.accept(Step.WRAPPED_BY_BOTH);
        KeySettings.write(dataFolder, rendered);
        after.accept(Step.SETTINGS_WRITTEN);
        both.last().write();
        after.accept(Step.DONE);
        return moved(current.describe(), next.describe());
      }
    }
  }

  private static String moved(String from, String to) {
    return from.equals(to)
        ? "The cluster key is wrapped anew by the same key as before, and by no other: %s. The settings given name no other key."
            .formatted(to)
        : "The cluster key is wrapped by %s, and no more by %s.".formatted(to, from);
  }

  /**
   * Keeps a generation more of the cluster key, which is not used yet.
   *
   * @param key that of this folder, in memory
   * @param next the same with one generation more
   * @throws StartRefusedException when the provider does not wrap it, or the file has another key
   *     than the memory; then nothing was changed
   */
  static void hold(Path dataFolder, HeldKey.ConfigSource configs, ClusterKey key, ClusterKey next)
      throws IOException {
    try (var _ = lock(dataFolder)) {
      NodeConfig config = configs.read();
      try (KeyManagementService kms = KeyProviders.of(config)) {
        requireRight(dataFolder, next);
        WrappedClusterKey before = WrappedClusterKey.read(file(config));
        asked(kms, () -> before.with(key, next, kms)).write();
      }
    }
  }

  /**
   * Has a generation of the cluster key be the one in use from the next start on; asks no provider.
   *
   * @param key that of this folder, in memory
   * @throws StartRefusedException when the file has another key; then nothing was changed
   */
  static void use(Path dataFolder, HeldKey.ConfigSource configs, ClusterKey key, String generation)
      throws IOException {
    try (var _ = lock(dataFolder)) {
      WrappedClusterKey.read(file(configs.read())).using(key, generation).write();
    }
  }

  private static WrappedClusterKey asked(
      KeyManagementService kms, Supplier<WrappedClusterKey> wrapping) {
    try {
      return wrapping.get();
    } catch (KeyManagementException e) {
      throw KeyProof.refusal(kms, e);
    }
  }

  /**
   * A provider may give another key than that of the data; before the first start there is none.
   */
  private static void requireRight(Path dataFolder, ClusterKey key) {
    Path mark = dataFolder.resolve(FolderMark.FILE);
    if (FolderMark.exists(mark)) {
      FolderMark.check(mark, key);
    }
  }

  /** A development key is made where there is none. */
  private static KeyManagementService next(NodeConfig to) throws IOException {
    Path local = to.dataFolder().resolve(to.keys().localKeyFile());
    if (KeyProviders.isLocal(to) && !Files.exists(local)) {
      LocalKeyManagementService.create(local);
    }
    return KeyProviders.of(to);
  }

  /**
   * How the cluster key is wrapped, and what its provider says of it now.
   *
   * @return by name, in the order to be read in
   */
  static Map<String, String> status(NodeConfig config) throws IOException {
    Path file = file(config);
    WrappedClusterKey wrapped = WrappedClusterKey.read(file);
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("cluster", wrapped.clusterId().toString());
    facts.put("provider", config.keys().provider());
    try (KeyManagementService kms = KeyProviders.of(config)) {
      facts.put("key", kms.describe());
      facts.put(
          "wrapped",
          Files.getLastModifiedTime(file).toInstant().truncatedTo(ChronoUnit.SECONDS).toString());
      facts.put("wrappings", Integer.toString(wrapped.wrappings()));
      try (ClusterKey key = wrapped.unwrap(kms)) {
        facts.put("generation", key.generation());
        facts.put("generations", Integer.toString(key.generations().size()));
        facts.putAll(answer(config.dataFolder(), key));
      } catch (KeyManagementException e) {
        facts.put(
            ANSWER, e.probe() == KeyManagementService.Probe.OK ? "ANOTHER_KEY" : e.probe().name());
        facts.put("reason", e.reason() == null ? String.valueOf(e.getMessage()) : e.reason());
      }
    }
    return facts;
  }

  /** Whether it is the key of the data, too; an older file, or another folder's, has another. */
  private static Map<String, String> answer(Path dataFolder, ClusterKey key) {
    Map<String, String> facts = new LinkedHashMap<>();
    try {
      requireRight(dataFolder, key);
      facts.put(ANSWER, "OK");
    } catch (StartRefusedException e) {
      facts.put(ANSWER, "ANOTHER_FILE");
      facts.put("reason", String.valueOf(e.getMessage()));
    }
    return facts;
  }

  private static Path file(NodeConfig config) {
    return config.dataFolder().resolve(config.keys().clusterKeyFile());
  }

  /** One change at a time; it ends with the process. */
  private static FileChannel lock(Path dataFolder) throws IOException {
    if (!Files.isRegularFile(dataFolder.resolve(NodeConfigLoader.FILE))) {
      throw new StartRefusedException("The folder " + dataFolder + " is not one of a node.");
    }
    requireOwner(dataFolder);
    FileChannel channel =
        FileChannel.open(
            dataFolder.resolve(LOCK),
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    if (!isLocked(channel)) {
      channel.close();
      throw new StartRefusedException(
          "The customer's key of " + dataFolder + " is being changed by another process.");
    }
    return channel;
  }

  /** What another user writes here the node can't read: not even that of the administrator. */
  private static void requireOwner(Path dataFolder) throws IOException {
    Path ours = Files.createTempFile(dataFolder.resolve("keys"), "owner", null);
    try {
      UserPrincipal owner = Files.getOwner(dataFolder);
      if (!Files.getOwner(ours).equals(owner)) {
        throw new StartRefusedException(
            "The folder " + dataFolder + " is of the user " + owner.getName() + ": be that one.");
      }
    } finally {
      Files.delete(ours);
    }
  }

  private static boolean isLocked(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false; // By this process itself.
    }
  }
}
