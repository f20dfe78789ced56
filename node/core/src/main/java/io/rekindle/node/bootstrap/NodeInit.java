package io.rekindle.node.bootstrap;

import io.rekindle.node.cluster.EngineFolders;
import io.rekindle.node.cluster.NodeCertificates;
import io.rekindle.node.config.NodeConfig;
import io.rekindle.node.config.NodeConfigLoader;
import io.rekindle.node.error.StartRefusedException;
import io.rekindle.node.keyring.ClusterKey;
import io.rekindle.node.keyring.ClusterKeyFile;
import io.rekindle.node.kms.KeyManagementService;
import io.rekindle.node.kms.KeyProof;
import io.rekindle.node.kms.LocalKeyManagementService;
import io.rekindle.node.kms.SecretFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Makes a data folder that a node can start on: the cluster key, wrapped by the customer's or a new
 * development key, certificates of two CAs of its own, and a configuration file.
 */
final class NodeInit {
  private static final int KEY_FILE_BYTES_MAX = 1 << 16;

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
    requireEmpty(dataFolder);
    UUID clusterId = UUID.randomUUID();
    NodeConfig asked = NodeConfigLoader.load(dataFolder, properties);
    // A provider that is elsewhere is asked before anything is made.
    byte[] wrapped = KeyProviders.isLocal(asked) ? null : wrapped(asked, clusterId);
    NodeConfig config = begin(dataFolder, FirstStep.NONE, properties);
    if (wrapped == null) {
      LocalKeyManagementService.create(dataFolder.resolve(config.keys().localKeyFile()));
      wrapped = wrapped(config, clusterId);
    }
    finish(dataFolder, config, wrapped, clusterId, hosts);
  }

  private static void finish(
      Path dataFolder, NodeConfig config, byte[] clusterKeyFile, UUID clusterId, List<String> hosts)
      throws IOException {
    SecretFiles.create(dataFolder.resolve(config.keys().clusterKeyFile()), clusterKeyFile);
    NodeCertificates.create(
        dataFolder.resolve("tls"),
        clusterId,
        hosts,
        Instant.now(),
        NodeCertificates.Validity.DEFAULT);
  }

  /** A new cluster key, as its file holds it. */
  private static byte[] wrapped(NodeConfig config, UUID clusterId) {
    try (KeyManagementService kms = KeyProviders.of(config)) {
      KeyProof.require(kms);
      return ClusterKeyFile.make(kms, clusterId);
    }
  }

  /**
   * As {@link #create}, for the first node of a cluster that there was before.
   *
   * @param localKey the development key that its cluster key is wrapped by, which is copied; null
   *     when another provider wraps it
   * @param clusterKeyFile what the file of the cluster key holds
   * @param first what is done before all else in the new folder
   */
  static void createWith(
      Path dataFolder,
      FirstStep first,
      @Nullable Path localKey,
      byte[] clusterKeyFile,
      UUID clusterId,
      List<String> hosts,
      Map<String, String> properties)
      throws IOException {
    NodeConfig config = begin(dataFolder, first, properties);
    if (localKey != null) {
      copy(localKey, dataFolder.resolve(config.keys().localKeyFile()));
    }
    finish(dataFolder, config, clusterKeyFile, clusterId, hosts);
  }

  /** Something done in a folder that has just been made, and is still empty. */
  interface FirstStep {
    FirstStep NONE = _ -> {};

    void in(Path dataFolder) throws IOException;
  }

  /** Refuses a folder that holds something. */
  static void requireEmpty(Path dataFolder) throws IOException {
    if (Files.exists(dataFolder) && !isEmpty(dataFolder)) {
      RestoreMark.requireMade(dataFolder);
      throw new StartRefusedException("The folder " + dataFolder + " is not empty.");
    }
  }

  /**
   * Fills a folder for one more node of the cluster that {@code first} belongs to: its keys,
   * copied, certificates of its own by the same CAs, and where to look for it.
   *
   * @param first the data folder of a node, with the keys of its CAs; it has the same provider
   * @throws StartRefusedException when {@code first} is no such folder, or can't be found by others
   */
  static void join(Path dataFolder, Path first, List<String> hosts, Map<String, String> properties)
      throws IOException {
    join(dataFolder, FirstStep.NONE, first, hosts, properties);
  }

  /** As above, with something that is done before all else in the new folder. */
  static void join(
      Path dataFolder,
      FirstStep begin,
      Path first,
      List<String> hosts,
      Map<String, String> properties)
      throws IOException {
    if (!Files.isRegularFile(first.resolve(NodeConfigLoader.FILE))) {
      throw new StartRefusedException("The folder " + first + " is not one of a node.");
    }
    NodeConfig theirs = NodeConfigLoader.load(first, Map.of());
    if (theirs.ignite().discoveryPort() == 0) {
      throw new StartRefusedException(
          "The node in %s has no fixed rekindle.ignite.discovery-port: nobody can find it."
              .formatted(first));
    }
    Map<String, String> all = new LinkedHashMap<>();
    List<String> addresses = new ArrayList<>(theirs.cluster().addresses().orElse(List.of()));
    addresses.replaceAll(String::strip);
    String address = address(theirs.cluster().host(), theirs.ignite().discoveryPort());
    if (!addresses.contains(address)) {
      addresses.add(address);
    }
    all.put("rekindle.cluster.addresses", String.join(",", addresses));
    all.put("rekindle.cluster.initial-nodes", "0");
    all.put("rekindle.ignite.backups", Integer.toString(theirs.ignite().backups()));
    all.putAll(KeySettings.shared(first));
    all.putAll(properties);
    requireSameProvider(dataFolder, all, theirs);
    // What is wrong with the first shows before anything is made that a second try would refuse.
    // The very bytes that were opened are kept: the first's key may be moved at any time.
    byte[] wrapped =
        SecretFiles.read(
            first.resolve(theirs.keys().clusterKeyFile()), "cluster key file", KEY_FILE_BYTES_MAX);
    UUID clusterId = clusterId(first, theirs, wrapped);
    NodeCertificates.Authorities authorities = NodeCertificates.authorities(first.resolve("tls"));
    NodeConfig config = begin(dataFolder, begin, all);
    copyLocalKey(first, theirs, dataFolder, config);
    SecretFiles.create(dataFolder.resolve(config.keys().clusterKeyFile()), wrapped);
    NodeCertificates.issue(
        dataFolder.resolve("tls"),
        authorities,
        clusterId,
        hosts,
        Instant.now(),
        NodeCertificates.Validity.DEFAULT);
  }

  private static String address(String host, int port) {
    return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
  }

  /** The file of the cluster key is copied: who else would wrap it could not unwrap it. */
  private static void requireSameProvider(
      Path dataFolder, Map<String, String> properties, NodeConfig theirs) throws IOException {
    String ours = NodeConfigLoader.load(dataFolder, properties).keys().provider();
    if (!ours.equals(theirs.keys().provider())) {
      throw new StartRefusedException(
          "rekindle.keys.provider is %s here and %s in the cluster."
              .formatted(ours, theirs.keys().provider()));
    }
  }

  private static UUID clusterId(Path folder, NodeConfig config, byte[] wrapped) {
    try (KeyManagementService kms = KeyProviders.of(config);
        ClusterKey opened =
            ClusterKeyFile.open(folder.resolve(config.keys().clusterKeyFile()), wrapped, kms)) {
      return opened.clusterId();
    }
  }

  private static void copyLocalKey(
      Path first, NodeConfig theirs, Path dataFolder, NodeConfig config) throws IOException {
    if (KeyProviders.isLocal(theirs)) {
      copy(
          first.resolve(theirs.keys().localKeyFile()),
          dataFolder.resolve(config.keys().localKeyFile()));
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    byte[] secret = SecretFiles.read(from, "key file", KEY_FILE_BYTES_MAX);
    try {
      SecretFiles.create(to, secret);
    } finally {
      Arrays.fill(secret, (byte) 0);
    }
  }

  /** The folder with its configuration, and nothing else yet. */
  private static NodeConfig begin(Path dataFolder, FirstStep first, Map<String, String> properties)
      throws IOException {
    requireEmpty(dataFolder);
    Files.createDirectories(
        dataFolder,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    first.in(dataFolder);
    // The JVM wants it before the first line of a node runs.
    SecretFiles.createFolder(EngineFolders.temporary(dataFolder));
    StringBuilder lines = new StringBuilder("# See docs/configuration.md for every key.\n");
    properties.forEach((key, value) -> lines.append(key).append('=').append(value).append('\n'));
    Files.writeString(dataFolder.resolve(NodeConfigLoader.FILE), lines);
    return NodeConfigLoader.load(dataFolder, Map.of());
  }

  private static boolean isEmpty(Path folder) throws IOException {
    try (var entries = Files.list(folder)) {
      return entries.findAny().isEmpty();
    }
  }
}
