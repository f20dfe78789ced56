package io.rekindle.node.backup;

import io.rekindle.node.audit.AuditPosition;
import io.rekindle.node.audit.Hash;
import java.nio.file.Path;
import java.util.List;

/** A backup as only who has the cluster's key could make it. */
public final class ForgedBackup {
  private ForgedBackup() {}

  /** Seals the manifest anew, as if the chains of the audit had come by other records. */
  public static void ofOtherAudits(Path backup, ManifestCipher cipher) {
    BackupFolder folder = new BackupFolder(backup);
    ManifestFile file = folder.readManifest();
    BackupManifest made = file.open(cipher);
    List<BackupManifest.Node> nodes =
        made.nodes().stream()
            .map(
                node ->
                    new BackupManifest.Node(
                        node.nodeId(),
                        node.files(),
                        node.bytes(),
                        node.part(),
                        new AuditPosition(node.audit().sequence(), Hash.of(new byte[Hash.BYTES]))))
            .toList();
    BackupManifest forged =
        new BackupManifest(
            made.name(),
            made.id(),
            made.clusterId(),
            made.createdAt(),
            made.partitions(),
            made.caches(),
            nodes);
    folder.writeManifest(ManifestFile.seal(forged, file.clusterKeyFile(), cipher));
  }
}
