package io.rekindle.node.cluster;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import java.util.Map;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteException;
import org.apache.ignite.internal.IgniteEx;

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
   * Makes one, below each node's folder of snapshots; returns when all nodes have written theirs.
   *
   * @param name of letters, digits and underscores
   * @throws RekindleException BACKUP_FAILED when it can't be made; what was written of it is gone
   */
  public void create(String name) {
    try {
      ((IgniteEx) ignite)
          .context()
          .cache()
          .context()
          .snapshotMgr()
          .createSnapshot(name, null, false, false)
          .get();
    } catch (IgniteException e) {
      throw new RekindleException(
          ErrorCode.BACKUP_FAILED, "the nodes could not write the backup", Map.of(), e);
    }
  }
}
