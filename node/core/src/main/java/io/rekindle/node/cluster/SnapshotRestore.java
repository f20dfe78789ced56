package io.rekindle.node.cluster;

import io.rekindle.node.error.StartRefusedException;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteException;
import org.apache.ignite.cluster.ClusterNode;
import org.apache.ignite.configuration.IgniteConfiguration;
import org.apache.ignite.internal.IgniteEx;
import org.apache.ignite.internal.processors.cache.persistence.snapshot.IgniteSnapshotManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the caches of a snapshot into a cluster that has none yet, before anything else is done.
 *
 * <p>Every node of the cluster has the whole snapshot, staged in its own folder, and takes from it
 * the partitions that it owns; Ignite's way of sending them from node to node knows no TLS. The
 * oldest node begins; the others see the caches come. Either all caches are there, on all nodes, or
 * the start is refused.
 *
 * @param backupId of what is restored: nodes that restore another one are no cluster
 * @param name of the staged snapshot
 * @param groups all cache groups
 * @param caches all caches
 * @param done whether this node's part was there before the start, from an earlier one
 */
public record SnapshotRestore(
    String backupId, String name, Set<String> groups, Set<String> caches, boolean done) {
  private static final Logger LOG = LoggerFactory.getLogger(SnapshotRestore.class);
  private static final String BACKUP = "rekindle.restore.backup";
  private static final String DONE = "rekindle.restore.done";
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  public SnapshotRestore {
    // Ignite sends them with Java serialization, which here refuses the class of Set.copyOf.
    groups = new HashSet<>(groups);
    caches = new HashSet<>(caches);
  }

  /** Tells the other nodes of it. The configuration must name no caches. */
  public void announce(IgniteConfiguration configuration) {
    Map<String, Object> attributes = castAttributes(configuration.getUserAttributes());
    attributes.put(BACKUP, backupId);
    attributes.put(DONE, done);
    configuration.setUserAttributes(attributes);
  }

  @SuppressWarnings("unchecked") // Ignite's getter has a wildcard; we made the map.
  private static Map<String, Object> castAttributes(Map<String, ?> attributes) {
    return (Map<String, Object>) attributes;
  }

  /**
   * Returns when all caches are there.
   *
   * @throws StartRefusedException when they can't be, in one sentence
   */
  void run(Ignite ignite) {
    IgniteSnapshotManager snapshots = ((IgniteEx) ignite).context().cache().context().snapshotMgr();
    boolean tried = false;
    while (true) {
      Collection<ClusterNode> nodes = ignite.cluster().forServers().nodes();
      if (!done) {
        checkBackups(nodes);
      }
      if (isThere(ignite, snapshots)) {
        break;
      }
      check(ignite, nodes);
      if (!tried && !done && ignite.cluster().forServers().forOldest().node().isLocal()) {
        tried = true;
        restore(snapshots);
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
    LOG.atInfo().addKeyValue("backup", name).log("the caches of the backup are there");
  }

  private boolean isThere(Ignite ignite, IgniteSnapshotManager snapshots) {
    return !snapshots.isRestoring()
        && ignite.cacheNames().containsAll(caches)
        && caches.stream().allMatch(cache -> ignite.cache(cache) != null)
        && !snapshots.isRestoring();
  }

  private void restore(IgniteSnapshotManager snapshots) {
    LOG.atInfo().addKeyValue("backup", name).log("the caches of the backup are being restored");
    try {
      // What Ignite would check was checked by the manifest, byte for byte.
      snapshots.restoreSnapshot(name, null, groups, 0, false).get();
    } catch (IgniteException e) {
      throw new StartRefusedException(
          "The backup " + name + " can't be restored: " + reason(e) + ".", e);
    }
  }

  private static String reason(Throwable error) {
    Throwable cause = error;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return String.valueOf(cause.getMessage());
  }

  private static void checkBackups(Collection<ClusterNode> nodes) {
    List<@Nullable Object> backups =
        nodes.stream().<@Nullable Object>map(node -> node.attribute(BACKUP)).distinct().toList();
    if (backups.contains(null)) {
      throw new StartRefusedException(
          "The cluster that this node joined has nodes that restore no backup: a backup is restored"
              + " into a cluster of empty nodes.");
    }
    if (backups.size() > 1) {
      throw new StartRefusedException(
          "The nodes of this cluster restore different backups: "
              + new TreeSet<>(asTexts(backups))
              + ".");
    }
  }

  private void check(Ignite ignite, Collection<ClusterNode> nodes) {
    if (nodes.stream().anyMatch(node -> Boolean.TRUE.equals(node.attribute(DONE)))) {
      throw new StartRefusedException(
          "The restore of the backup "
              + name
              + " ended on some nodes and not on others: begin again, with empty data folders.");
    }
    if (!new Membership(ignite).isComplete()) {
      throw new StartRefusedException(
          "A node left the cluster while the backup " + name + " was restored: start all again.");
    }
  }

  private static Set<String> asTexts(List<@Nullable Object> values) {
    return values.stream().map(String::valueOf).collect(Collectors.toSet());
  }
}
