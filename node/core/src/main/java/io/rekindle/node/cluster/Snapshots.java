package io.rekindle.node.cluster;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import java.util.Map;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteException;
import org.apache.ignite.internal.IgniteEx;
import org.apache.ignite.internal.processors.cache.persistence.snapshot.IgniteSnapshotManager;

/**
 * Ignite's snapshots: the pages of all nodes as they were at one moment, at which no transaction
 * was under way. Safe for use by many threads; one is made at a time.
 */
public final class Snapshots {
  private final Ignite ignite;

  public Snapshots(Ignite ignite) {
    this.ignite = ignite;
  }

  /**
   * Looks whether Ignite would make one of this node: not while pages are under two keys.
   *
   * @throws RekindleException NOT_READY when not
   */
  public void requirePossible() {
    GroupKeys.requireSealed(ignite);
  }

  /**
   * Looks whether none is being made or restored.
   *
   * @throws RekindleException NOT_READY when one is
   */
  void requireIdle() {
    IgniteSnapshotManager snapshots = snapshots();
    if (snapshots.isSnapshotCreating() || snapshots.isRestoring()) {
      throw new RekindleException(
          ErrorCode.NOT_READY,
          "a backup is being made: wait until it has ended",
          Map.of("reason", "backup"));
    }
  }

  /**
   * Makes one, below each node's folder of snapshots; returns when all nodes have written theirs.
   *
   * @param name of letters, digits and underscores
   * @throws RekindleException BACKUP_FAILED when it can't be made; what was written of it is gone
   */
  public void create(String name) {
    try {
      snapshots().createSnapshot(name, null, false, false).get();
    } catch (IgniteException e) {
      throw new RekindleException(
          ErrorCode.BACKUP_FAILED, "the nodes could not write the backup", Map.of(), e);
    }
  }

  private IgniteSnapshotManager snapshots() {
    return ((IgniteEx) ignite).context().cache().context().snapshotMgr();
  }
}
