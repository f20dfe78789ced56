package io.rekindle.node.cluster;

import static java.nio.file.StandardCopyOption.COPY_ATTRIBUTES;

import io.rekindle.node.config.NodeConfig;
import io.rekindle.node.keyring.ClusterKey;
import io.rekindle.node.keyring.ClusterKeyFile;
import io.rekindle.node.keyring.GroupKeyCipher;
import io.rekindle.node.kms.LocalKeyManagementService;
import io.rekindle.node.kms.SecretFiles;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.ignite.configuration.CacheConfiguration;
import org.apache.ignite.configuration.IgniteConfiguration;
import org.apache.ignite.spi.indexing.IndexingSpi;
import org.jspecify.annotations.Nullable;

/**
 * A data folder with real keys and certificates, and the real configuration over it, for tests that
 * start Ignite. Its {@code start} can be called again after the engine was closed.
 */
public final class TestEngine implements AutoCloseable {
  private final Map<String, String> settings;
  private final EngineFolders folders;
  private final ClusterKey clusterKey;
  private final NodeTls tls;
  private NodeConfig config;
  private Map<String, String> traits = Map.of();

  private TestEngine(
      Map<String, String> settings, EngineFolders folders, ClusterKey clusterKey, NodeTls tls) {
    this.settings = new HashMap<>(settings);
    this.config = config(folders.dataFolder(), settings);
    this.folders = folders;
    this.clusterKey = clusterKey;
    this.tls = tls;
  }

  /** Opens {@code dataFolder}, making keys and certificates when it is new. */
  public static TestEngine open(Path dataFolder, Map<String, String> settings) throws IOException {
    NodeConfig config = config(dataFolder, settings);
    EngineFolders folders = EngineFolders.open(dataFolder);
    Path local = folders.dataFolder().resolve(config.keys().localKeyFile());
    Path wrapped = folders.dataFolder().resolve(config.keys().clusterKeyFile());
    if (!Files.exists(local)) {
      UUID clusterId = UUID.randomUUID();
      LocalKeyManagementService.create(local);
      ClusterKeyFile.create(wrapped, new LocalKeyManagementService(local), clusterId).close();
      NodeCertificates.create(
          folders.dataFolder().resolve("tls"),
          clusterId,
          List.of(),
          Instant.now(),
          NodeCertificates.Validity.DEFAULT);
    }
    ClusterKey key = ClusterKeyFile.open(wrapped, new LocalKeyManagementService(local));
    NodeTls tls = NodeTls.load(config.tls(), folders.dataFolder(), Instant.now());
    return new TestEngine(settings, folders, key, tls);
  }

  /** A second node's folder with the keys and the node CA of {@code first}. */
  public static TestEngine join(Path dataFolder, TestEngine first) throws IOException {
    return join(dataFolder, first, Map.of());
  }

  /** As {@link #join(Path, TestEngine)}, with settings of its own. */
  public static TestEngine join(Path dataFolder, TestEngine first, Map<String, String> settings)
      throws IOException {
    Path from = first.folders().dataFolder();
    for (String name : List.of("keys", "tls")) {
      SecretFiles.createFolder(dataFolder.resolve(name));
      try (Stream<Path> files = Files.list(from.resolve(name))) {
        for (Path file : files.toList()) {
          Files.copy(file, dataFolder.resolve(name).resolve(file.getFileName()), COPY_ATTRIBUTES);
        }
      }
    }
    return open(dataFolder, settings);
  }

  /** The defaults, with small WAL segments and no settling, and {@code settings} over them. */
  public static NodeConfig config(Path dataFolder, Map<String, String> settings) {
    Map<String, String> all = new HashMap<>(settings);
    all.put("rekindle.data-folder", dataFolder.toString());
    all.putIfAbsent("rekindle.ignite.wal-segment", "8MiB");
    all.putIfAbsent("rekindle.cluster.settling", "PT0S");
    return new SmallRyeConfigBuilder()
        .withMapping(NodeConfig.class)
        .withSources(new PropertiesConfigSource(all, "test", 1000))
        .build()
        .getConfigMapping(NodeConfig.class);
  }

  public NodeConfig config() {
    return config;
  }

  public EngineFolders folders() {
    return folders;
  }

  public ClusterKey clusterKey() {
    return clusterKey;
  }

  public NodeTls tls() {
    return tls;
  }

  /** A configuration key of the next start. */
  public void set(String key, String value) {
    settings.put(key, value);
    config = config(folders.dataFolder(), settings);
  }

  /** What a node of the next start says of itself to those that it joins. */
  public void setTraits(Map<String, String> values) {
    traits = Map.copyOf(values);
  }

  /** The configuration of the next start; ports are chosen anew each time. */
  public IgniteConfiguration configuration(
      @Nullable IndexingSpi indexing, CacheConfiguration<?, ?>... caches) {
    return IgniteConfigurations.of(
            config,
            folders,
            folders.nodeId(),
            new XaesEncryptionSpi(new GroupKeyCipher(clusterKey)),
            tls,
            indexing,
            (kind, cause) -> {
              throw new AssertionError(kind, cause);
            },
            new NodeTraits(traits))
        .setCacheConfiguration(caches);
  }

  public RunningIgnite start(CacheConfiguration<?, ?>... caches) {
    return RunningIgnite.start(configuration(null, caches));
  }

  /** Lets the folder go; close the engine first. */
  @Override
  public void close() {
    clusterKey.close();
    folders.close();
  }
}
