package io.rekindle.node.bootstrap;

import io.rekindle.node.backup.BackupMaker;
import io.rekindle.node.backup.BackupParts;
import io.rekindle.node.cluster.AllNodes;
import io.rekindle.node.cluster.Snapshots;
import io.rekindle.node.config.NodeConfig;
import io.rekindle.node.keyring.BackupCipher;
import io.rekindle.node.kms.SecretFiles;
import io.rekindle.node.pipeline.backup.BackupHandler;
import io.rekindle.node.storage.row.CacheConfigurations;
import io.rekindle.node.storage.row.CacheName;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.ignite.Ignite;

/** Backups of this cluster, wired. */
final class BackupPart {
  private static final int KEY_FILE_BYTES_MAX = 16 << 10;

  private BackupPart() {}

  /** Lets other nodes ask this one for its part, and answers requests. */
  static BackupHandler open(NodeParts parts, Ignite ignite, ClusterPart cluster) {
    NodeConfig config = parts.config();
    BackupCipher cipher = new BackupCipher(parts.clusterKey());
    AllNodes nodes = new AllNodes(ignite, cluster.membership(), cluster.baseline());
    Snapshots snapshots = new Snapshots(ignite);
    BackupRoom room =
        new BackupRoom(parts.folders(), folder(config), config.disk().reserveBytes().bytes());
    BackupParts own =
        new BackupParts(
            parts.folders().nodeId().toString(),
            parts.folders().snapshots(),
            folder(config),
            parts.audit(),
            cipher,
            () -> {
              snapshots.requirePossible();
              room.check();
            });
    own.register(nodes);
    Path keyFile = config.dataFolder().resolve(config.keys().clusterKeyFile());
    return new BackupHandler(
        new BackupMaker(
            nodes,
            snapshots,
            own,
            new BackupMaker.Facts(
                parts.clusterKey().clusterId(),
                CacheConfigurations.SLICE_PARTITIONS,
                List.copyOf(caches()),
                () -> SecretFiles.read(keyFile, "cluster key file", KEY_FILE_BYTES_MAX)),
            cipher,
            config.backup().writeMax(),
            parts.clock()));
  }

  static Path folder(NodeConfig config) {
    return config.dataFolder().resolve(config.backup().folder());
  }

  /** All that a backup has, by name. */
  static Set<String> caches() {
    return Arrays.stream(CacheName.values()).map(CacheName::cache).collect(Collectors.toSet());
  }
}
