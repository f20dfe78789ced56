package io.rekindle.node.bootstrap;

import static java.util.Objects.requireNonNull;

import io.rekindle.node.access.SystemPass;
import io.rekindle.node.audit.OtherChain;
import io.rekindle.node.backup.BackupCopy;
import io.rekindle.node.backup.BackupManifest;
import io.rekindle.node.cluster.EncryptedCachesCheck;
import io.rekindle.node.cluster.SnapshotRestore;
import io.rekindle.node.cluster.StagedSnapshot;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.error.StartRefusedException;
import io.rekindle.node.keyring.BackupCipher;
import io.rekindle.node.model.Reply;
import io.rekindle.node.model.RequestId;
import io.rekindle.node.storage.engine.IgniteStorage;
import io.rekindle.node.storage.row.CacheConfigurations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The first start of a node that begins with a backup.
 *
 * <p>A start that was cut short is done again from the beginning, unless this node's part had
 * ended: then all nodes had, or are refused.
 */
final class PendingRestore {
  private static final Logger LOG = LoggerFactory.getLogger(PendingRestore.class);

  /** Ends the name of the empty file that says that a copy is whole; no backup has such a name. */
  private static final String WHOLE = ".whole";

  static final String RESTORED = "backup.restored";
  static final String CHAIN = "backup.chain-restored";
  static final String CHAIN_BROKEN = "backup.chain-broken";

  private final NodeParts parts;
  private final RestoreMark mark;
  private final BackupManifest manifest;

  private PendingRestore(NodeParts parts, RestoreMark mark, BackupManifest manifest) {
    this.parts = parts;
    this.mark = mark;
    this.manifest = manifest;
  }

  /**
   * What is to be restored, or null.
   *
   * @throws StartRefusedException when the backup is not there any more
   */
  static @Nullable PendingRestore find(NodeParts parts) {
    RestoreMark mark = RestoreMark.find(parts.folders().dataFolder());
    if (mark == null) {
      return null;
    }
    return new PendingRestore(parts, mark, mark.open().open(new BackupCipher(parts.clusterKey())));
  }

  /** Lays the backup ready for the engine. */
  SnapshotRestore prepare() throws IOException {
    int there = EncryptedCachesCheck.caches(parts.folders().dataFolder());
    boolean done = there >= manifest.caches().size();
    if (!done) {
      parts.folders().emptyEngine();
      stage(parts.folders().snapshots().resolve(mark.name()));
    }
    return new SnapshotRestore(
        manifest.id().toString(),
        mark.name(),
        CacheConfigurations.groups(),
        java.util.Set.copyOf(manifest.caches()),
        done);
  }

  /**
   * What the engine is to restore is this node's own copy, and checked as such. An engine that
   * starts anew to join others takes the one that there is; the next process empties the folder.
   */
  private void stage(Path copy) throws IOException {
    Path whole = copy.resolveSibling(mark.name() + WHOLE);
    if (Files.exists(whole)) {
      return;
    }
    parts.folders().emptySnapshots();
    requireRoom(copy, manifest.bytes());
    try {
      BackupCopy.make(mark.backup(), manifest, new BackupCipher(parts.clusterKey()), copy);
    } catch (RekindleException e) {
      throw new StartRefusedException(
          "The backup %s is another one than was checked: %s; put back what was there, and start again."
              .formatted(mark.folder(), e.getMessage()),
          e);
    }
    StagedSnapshot.adapt(copy, parts.config().ignite().backups());
    Files.createFile(whole);
  }

  private static void requireRoom(Path copy, long wanted) throws IOException {
    long usable = Files.getFileStore(requireNonNull(copy.getParent())).getUsableSpace();
    if (usable < wanted) {
      throw new StartRefusedException(
          "The disk of %s has %,d bytes free; the backup takes %,d until it is restored, and as much"
                  .formatted(copy.getParent(), usable, wanted)
              + " again for good.");
    }
  }

  /**
   * The engine runs with the backup's caches: looks whether the audit of the cluster before is
   * whole, closes what was under way in it, and writes into this node's audit what it begins with.
   *
   * @param first whether this node does what one does for all; once it does, it does so at each
   *     start until it has ended, whoever is first then
   * @throws StartRefusedException when an audit is not whole, and the operator has not accepted
   *     that
   */
  void finish(IgniteStorage storage, SystemPass pass, boolean first) throws IOException {
    if (first || mark.walks()) {
      mark.walking().write(parts.folders().dataFolder());
      for (BackupManifest.Node node : manifest.nodes()) {
        walk(node, storage, pass);
      }
    }
    append(RESTORED, manifest.nodes().size(), "backup " + mark.name());
    parts.folders().forcePages();
    parts.folders().emptySnapshots();
    mark.delete(parts.folders().dataFolder());
    LOG.atInfo().addKeyValue("backup", mark.name()).log("the backup is restored");
  }

  private void walk(BackupManifest.Node node, IgniteStorage storage, SystemPass pass) {
    OtherChain chain =
        parts.audit().chainOf(storage.auditBlocks().ofNode(UUID.fromString(node.nodeId())));
    Reply.AuditVerified verified = chain.verify(node.audit());
    String what = "backup " + mark.name() + " node " + node.nodeId();
    if (!verified.problems().isEmpty()) {
      refuseUnlessAccepted(node, verified.problems().getFirst());
      append(CHAIN_BROKEN, verified.lastSequence(), what);
    }
    append(CHAIN, verified.lastSequence(), what);
    IntentRecovery.run(
        parts.audit(),
        chain.openIntents(),
        storage.namespaces(),
        storage.memories(),
        pass,
        parts.clock());
  }

  private void refuseUnlessAccepted(BackupManifest.Node node, String problem) {
    if (!mark.acceptsBrokenAudit()) {
      throw new StartRefusedException(
          ("The audit of the node %s in the backup %s is not whole: %s; take another backup, or"
               + " have this one in spite of that by `rekindle node start --accept-broken-audit`.")
              .formatted(node.nodeId(), mark.name(), problem));
    }
    LOG.atWarn()
        .addKeyValue("node", node.nodeId())
        .addKeyValue("problem", problem)
        .log("a broken audit of the backup was accepted by the operator");
  }

  private void append(String action, long count, String what) {
    parts.audit().note(new RequestId(manifest.id()), action, count, what);
  }
}
