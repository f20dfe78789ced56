package io.rekindle.node.backup;

import io.rekindle.node.audit.AuditPosition;
import io.rekindle.node.audit.Hash;
import io.rekindle.node.model.BackupName;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * What a backup is.
 *
 * @param id random; the request that made it has the same
 * @param clusterId of the cluster that it is of
 * @param createdAt when it was begun: what was acknowledged before is in it
 * @param partitions of a slice cache; a cluster with another number can't take it
 * @param caches by name
 * @param nodes those that wrote it
 */
public record BackupManifest(
    BackupName name,
    UUID id,
    UUID clusterId,
    Instant createdAt,
    int partitions,
    List<String> caches,
    List<Node> nodes) {
  public BackupManifest {
    caches = List.copyOf(caches);
    nodes = List.copyOf(nodes);
  }

  /**
   * One node's part.
   *
   * @param part SHA-256 of the sealed file that lists it
   * @param audit how far the node's chain had come; all of it is in the backup
   */
  public record Node(String nodeId, int files, long bytes, Hash part, AuditPosition audit) {}

  /** Of all nodes. */
  public long bytes() {
    return nodes.stream().mapToLong(Node::bytes).sum();
  }

  /** Of all nodes. */
  public int files() {
    return nodes.stream().mapToInt(Node::files).sum();
  }
}
