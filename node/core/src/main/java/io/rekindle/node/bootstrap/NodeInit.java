package io.rekindle.node.bootstrap;

import io.rekindle.node.cluster.EngineFolders;
import io.rekindle.node.cluster.NodeCertificates;
import io.rekindle.node.config.NodeConfig;
import io.rekindle.node.config.NodeConfigLoader;
import io.rekindle.node.error.StartRefusedException;
import io.rekindle.node.keyring.ClusterKey;
import io.rekindle.node.keyring.ClusterKeyFile;
import io.rekindle.node.kms.LocalKeyManagementService;
import io.rekindle.node.kms.SecretFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Makes a data folder that a node can start on: a development key, the cluster key wrapped by it,
 * certificates of two CAs of its own, and a configuration file.
 */
final class NodeInit {
  private NodeInit() {}

  /**
   * Fills a folder that does not exist or is empty.
   *
   * @param hosts names and addresses that clients will use, besides those of loopback
   * @param properties lines of the configuration file
   * @throws StartRefusedException when the folder holds something already
   */
  static void create(Path dataFolder, List<String> hosts, Map<String, String> properties)
      throws IOException {
    if (Files.exists(dataFolder) && !isEmpty(dataFolder)) {
      throw new StartRefusedException("The folder " + dataFolder + " is not empty.");
    }
    Files.createDirectories(
        dataFolder,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    // The JVM wants it before the first line of a node runs.
    SecretFiles.createFolder(EngineFolders.temporary(dataFolder));
    StringBuilder lines = new StringBuilder("# See docs/configuration.md for every key.\n");
    properties.forEach((key, value) -> lines.append(key).append('=').append(value).append('\n'));
    Files.writeString(dataFolder.resolve(NodeConfigLoader.FILE), lines);
    NodeConfig config = NodeConfigLoader.load(dataFolder, Map.of());

    Path localKey = dataFolder.resolve(config.keys().localKeyFile());
    LocalKeyManagementService.create(localKey);
    UUID clusterId = UUID.randomUUID();
    try (LocalKeyManagementService kms = new LocalKeyManagementService(localKey);
        ClusterKey _ =
            ClusterKeyFile.create(
                dataFolder.resolve(config.keys().clusterKeyFile()), kms, clusterId)) {
      NodeCertificates.create(
          dataFolder.resolve("tls"),
          clusterId,
          hosts,
          Instant.now(),
          NodeCertificates.Validity.DEFAULT);
    }
  }

  private static boolean isEmpty(Path folder) throws IOException {
    try (var entries = Files.list(folder)) {
      return entries.findAny().isEmpty();
    }
  }
}
