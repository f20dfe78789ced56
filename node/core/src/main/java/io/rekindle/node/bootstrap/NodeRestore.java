package io.rekindle.node.bootstrap;

import io.rekindle.node.backup.BackupCheck;
import io.rekindle.node.backup.BackupFolder;
import io.rekindle.node.backup.BackupManifest;
import io.rekindle.node.backup.ManifestFile;
import io.rekindle.node.config.NodeConfig;
import io.rekindle.node.config.NodeConfigLoader;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.error.StartRefusedException;
import io.rekindle.node.keyring.BackupCipher;
import io.rekindle.node.keyring.ClusterKey;
import io.rekindle.node.keyring.ClusterKeyFile;
import io.rekindle.node.kms.KeyManagementService;
import io.rekindle.node.kms.LocalKeyManagementService;
import io.rekindle.node.storage.row.CacheConfigurations;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Makes the data folder of a node that begins with a backup: its cluster's id and key, certificates
 * of its own, and a mark for the first start. All of the backup is read and checked first; when it
 * is refused nothing was made. The mark is the first that is written, and says that the rest is not
 * there yet: what was cut short does not start.
 */
final class NodeRestore {
  private NodeRestore() {}

  /**
   * Of the first node of a cluster.
   *
   * @param backup with the parts of all nodes that wrote it
   * @param localKey the file of the provider {@code local} that the backup's cluster key is wrapped
   *     by; null when it is wrapped by the provider that the properties name
   * @return what it begins with
   * @throws StartRefusedException in one sentence, having made nothing
   */
  static BackupManifest create(
      Path dataFolder,
      Path backup,
      @Nullable Path localKey,
      List<String> hosts,
      Map<String, String> properties)
      throws IOException {
    NodeInit.requireEmpty(dataFolder);
    BackupFolder folder = new BackupFolder(backup);
    ManifestFile file = read(folder);
    BackupManifest manifest;
    try (KeyManagementService kms = kms(dataFolder, localKey, properties)) {
      manifest = check(folder, file, kms);
    }
    RestoreMark mark = RestoreMark.of(folder, file, manifest.name());
    NodeInit.createWith(
        dataFolder,
        mark::write,
        localKey,
        file.clusterKeyFile(),
        manifest.clusterId(),
        hosts,
        properties);
    finish(dataFolder, mark);
    return manifest;
  }

  /**
   * Of one more node, that begins together with the first.
   *
   * @param first the data folder that {@link #create} made
   */
  static BackupManifest join(
      Path dataFolder, Path backup, Path first, List<String> hosts, Map<String, String> properties)
      throws IOException {
    NodeInit.requireEmpty(dataFolder);
    RestoreMark.requireMade(first);
    RestoreMark mark = RestoreMark.find(first);
    BackupFolder folder = new BackupFolder(backup);
    if (mark == null || !folder.hasManifest()) {
      throw new StartRefusedException(
          "The node in "
              + first
              + " does not begin with this backup: its first start is over, or"
              + " it restores none.");
    }
    ManifestFile file = read(folder);
    BackupManifest manifest;
    try (KeyManagementService kms = KeyProviders.of(NodeConfigLoader.load(first, Map.of()))) {
      manifest = check(folder, file, kms);
    }
    if (!mark.manifest().equals(file.hash().toString())) {
      throw new StartRefusedException(
          "The node in " + first + " begins with another backup, " + mark.folder() + ".");
    }
    RestoreMark own = RestoreMark.of(folder, file, manifest.name());
    NodeInit.join(dataFolder, own::write, first, hosts, properties);
    finish(dataFolder, own);
    return manifest;
  }

  /** Which backup it is, for the operator to see before the first start. */
  static String sentence(BackupManifest backup) {
    return "The node begins with the backup %s of %s, written by %s."
        .formatted(
            backup.name(),
            backup.createdAt(),
            backup.nodes().stream()
                .map(BackupManifest.Node::nodeId)
                .collect(Collectors.joining(", ")));
  }

  /** What the mark speaks of survives a power loss before the mark says that it is there. */
  private static void finish(Path dataFolder, RestoreMark mark) throws IOException {
    try (Stream<Path> all = Files.walk(dataFolder)) {
      for (Path path : all.toList()) {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
          channel.force(true);
        }
      }
    }
    mark.whenMade().write(dataFolder);
  }

  private static ManifestFile read(BackupFolder folder) {
    try {
      return folder.readManifest();
    } catch (RekindleException e) {
      throw notWhole(folder, e);
    }
  }

  private static KeyManagementService kms(
      Path dataFolder, @Nullable Path localKey, Map<String, String> properties) throws IOException {
    NodeConfig config = NodeConfigLoader.load(dataFolder, properties);
    if (localKey != null && !KeyProviders.isLocal(config)) {
      throw new StartRefusedException(
          "--local-key is of the provider local, and rekindle.keys.provider is "
              + config.keys().provider()
              + ".");
    }
    if (localKey == null && KeyProviders.isLocal(config)) {
      throw new StartRefusedException(
          "--local-key is missing, the file that the backup's cluster key is wrapped by; or set"
              + " rekindle.keys.provider, if it is another one than local.");
    }
    return localKey == null ? KeyProviders.of(config) : new LocalKeyManagementService(localKey);
  }

  private static BackupManifest check(
      BackupFolder folder, ManifestFile file, KeyManagementService kms) {
    try (ClusterKey key =
        ClusterKeyFile.open(folder.path().resolve("manifest"), file.clusterKeyFile(), kms)) {
      BackupCipher cipher = new BackupCipher(key);
      BackupManifest manifest = file.open(cipher);
      checkShape(folder, manifest);
      checkFiles(folder, cipher, manifest);
      return manifest;
    } catch (RekindleException e) {
      throw notWhole(folder, e);
    }
  }

  private static StartRefusedException notWhole(BackupFolder folder, RekindleException cause) {
    return new StartRefusedException(
        "The folder %s is no whole backup: %s.".formatted(folder.path(), cause.getMessage()),
        cause);
  }

  private static void checkShape(BackupFolder folder, BackupManifest manifest) {
    if (!folder.path().endsWith(manifest.name().toString())) {
      throw new StartRefusedException(
          ("The folder %s holds the backup %s of %s: a backup is restored from a folder of its own"
                  + " name, so that none is taken for another one.")
              .formatted(folder.path(), manifest.name(), manifest.createdAt()));
    }
    if (manifest.partitions() != CacheConfigurations.SLICE_PARTITIONS) {
      throw new StartRefusedException(
          "The backup %s has %d partitions, this release has %d."
              .formatted(
                  folder.path(), manifest.partitions(), CacheConfigurations.SLICE_PARTITIONS));
    }
    TreeSet<String> unknown = new TreeSet<>(manifest.caches());
    unknown.removeAll(BackupPart.caches());
    if (!unknown.isEmpty()) {
      throw new StartRefusedException(
          "The backup %s is of a newer release: it has %s."
              .formatted(folder.path(), String.join(", ", unknown)));
    }
  }

  private static void checkFiles(
      BackupFolder folder, BackupCipher cipher, BackupManifest manifest) {
    List<String> problems = BackupCheck.problems(folder, cipher, manifest);
    if (!problems.isEmpty()) {
      throw new StartRefusedException(
          "The folder %s is no whole backup: %s%s."
              .formatted(
                  folder.path(),
                  problems.getFirst(),
                  problems.size() == 1
                      ? ""
                      : ", and %,d more problems".formatted(problems.size() - 1)));
    }
  }
}
