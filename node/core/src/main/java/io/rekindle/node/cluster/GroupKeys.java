package io.rekindle.node.cluster;

import static java.util.Objects.requireNonNull;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntConsumer;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteCheckedException;
import org.apache.ignite.IgniteException;
import org.apache.ignite.internal.IgniteEx;
import org.apache.ignite.internal.IgniteFutureTimeoutCheckedException;
import org.apache.ignite.internal.managers.encryption.GridEncryptionManager;
import org.apache.ignite.internal.managers.encryption.GroupKey;
import org.apache.ignite.internal.pagemem.PageIdAllocator;
import org.apache.ignite.internal.pagemem.store.IgnitePageStoreManager;
import org.apache.ignite.internal.processors.cache.CacheGroupContext;
import org.apache.ignite.internal.processors.cache.CacheGroupDescriptor;
import org.apache.ignite.internal.processors.cache.GridCacheSharedContext;
import org.apache.ignite.internal.processors.cache.persistence.CheckpointState;
import org.apache.ignite.internal.processors.cache.persistence.checkpoint.CheckpointProgress;
import org.apache.ignite.lang.IgniteFutureTimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives Ignite's groups of caches new keys while everything goes on, and says how far the pages
 * are. Safe for use by many threads.
 *
 * <p>Each node has a list of keys for each group. The first seals what is written; the others open
 * what was written before. After a change the node reads its pages of the group, one after the
 * other ({@link PageSealing}), and lets checkpoints write them under the new key. When the last one
 * is on the disk, Ignite drops the old keys, but for those under which segments of its log are
 * sealed: these go with their segments. Keys have ids from 0 to 255, in turn; an id that a segment
 * of the log still needs is not given anew, and the change is refused. Ignite keeps no time of a
 * change.
 *
 * <p>Where the checkpoints come from: Ignite replays changes of keys from its log after a crash,
 * and a change of its <em>master</em> key that is replayed puts the older list in the place of the
 * newer one; what was acknowledged in between is skipped then. The master key is never changed here
 * ({@link XaesEncryptionSpi}). A checkpoint of all nodes before a change of group keys, and another
 * one after it, leave nothing of this kind to replay over a list.
 *
 * <p>Why all nodes that hold data have to be there: one that was away gets the new keys as it
 * joins. Ignite notes that in its list, but does not log that pages have to be sealed anew. Killed
 * before its first checkpoint begins, it has pages under a key that goes with the next segments of
 * the log, and then does not start any more (2.17, reproduced). A node that is lost in the middle
 * of a rotation comes by the same way; {@link #resume} sees to its pages.
 */
public final class GroupKeys implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(GroupKeys.class);

  private static final String CHECKPOINT = "group-keys.checkpoint";
  private static final String REASON = "group keys";
  private static final byte[] BEFORE = {0};
  private static final byte[] AFTER = {1};

  private final IgniteEx ignite;
  private final Membership membership;
  private final AllNodes nodes;
  private final Duration checkpointMax;
  private final PageSealing sealing;
  private final AtomicBoolean rotating = new AtomicBoolean();

  /**
   * Of this node.
   *
   * @param checkpointMax how long a node may take for a checkpoint, and Ignite for the change
   */
  public GroupKeys(Ignite ignite, Membership membership, AllNodes nodes, Duration checkpointMax) {
    this.ignite = (IgniteEx) ignite;
    this.membership = membership;
    this.nodes = nodes;
    this.checkpointMax = checkpointMax;
    this.sealing = new PageSealing(this.ignite);
  }

  /** Lets other nodes ask this one for checkpoints. */
  public void register() {
    nodes.register(CHECKPOINT, this::checkpoint);
  }

  /**
   * Gives all encrypted groups new keys, on all nodes: a checkpoint of each, the change, another
   * checkpoint of each. Pages are sealed anew in the background. Nothing is lost wherever it fails,
   * and it can be asked for again.
   *
   * @param rotated told of how many groups, as soon as all nodes have their keys
   * @return how many groups have a new key
   * @throws RekindleException NODE_AWAY when a node that holds data is; NOT_READY while another
   *     rotation, a re-encryption or a snapshot is under way on any node, or a node is lost;
   *     DEADLINE_EXCEEDED; what was thrown after the change has {@code changed: yes}
   */
  public int rotate(IntConsumer rotated) {
    requireAll();
    if (!rotating.compareAndSet(false, true)) {
      throw busy("a rotation of the keys of pages is under way: wait until it has ended");
    }
    try {
      nodes.askEvery(CHECKPOINT, BEFORE, checkpointMax);
      // A checkpoint takes its time, in which one may have gone.
      requireAll();
      List<String> groups = encrypted();
      if (!groups.isEmpty()) {
        change(groups);
        try {
          rotated.accept(groups.size());
        } finally {
          checkpointAfter();
        }
      }
      return groups.size();
    } finally {
      rotating.set(false);
    }
  }

  /**
   * Looks whether {@link #rotate} would begin; makes the checkpoints that it begins with.
   *
   * @throws RekindleException as {@link #rotate}, with nothing changed
   */
  public void requireReady() {
    requireAll();
    nodes.askEvery(CHECKPOINT, BEFORE, checkpointMax);
    requireAll();
  }

  private void change(List<String> groups) {
    Map<Integer, Integer> before = activeIds();
    try {
      ignite.encryption().changeCacheGroupKey(groups).get(checkpointMax.toMillis());
    } catch (IgniteException e) {
      boolean late = e instanceof IgniteFutureTimeoutException;
      throw new RekindleException(
          late ? ErrorCode.DEADLINE_EXCEEDED : ErrorCode.NOT_READY,
          "not all nodes have taken new keys of pages: wait, and rotate them again",
          Map.of("changed", activeIds().equals(before) ? "no" : "in part"),
          e);
    }
    LOG.atInfo().addKeyValue("groups", groups.size()).log("the keys of pages were rotated");
  }

  private void checkpointAfter() {
    try {
      nodes.askEvery(CHECKPOINT, AFTER, checkpointMax);
    } catch (RekindleException e) {
      LOG.atWarn()
          .setCause(e)
          .log("a node made no checkpoint after the keys of pages were rotated");
      throw new RekindleException(
          e.code(),
          "the keys of pages are new, but a node did not write what has changed in time",
          Map.of("changed", "yes"),
          e);
    }
  }

  private void requireAll() {
    membership.requireComplete();
  }

  /** The ids of the keys that seal what is written on this node, by group. */
  private Map<Integer, Integer> activeIds() {
    Map<Integer, Integer> ids = new TreeMap<>();
    for (CacheGroupContext group : groups()) {
      GroupKey key = encryption().getActiveKey(group.groupId());
      ids.put(group.groupId(), key == null ? -1 : key.unsignedId());
    }
    return ids;
  }

  private List<String> encrypted() {
    return ignite.context().cache().cacheGroupDescriptors().values().stream()
        .filter(group -> group.config().isEncryptionEnabled())
        .map(CacheGroupDescriptor::cacheOrGroupName)
        .sorted()
        .toList();
  }

  /** Of this node, asked by any. */
  private byte[] checkpoint(byte[] when) {
    if (when.length == 1 && when[0] == BEFORE[0]) {
      requireIdle();
    }
    CheckpointProgress begun = force();
    if (begun == null) {
      throw new RekindleException(ErrorCode.NOT_READY, "a node is not ready to write its pages");
    }
    try {
      begun.futureFor(CheckpointState.FINISHED).get(checkpointMax.toMillis());
    } catch (IgniteFutureTimeoutCheckedException e) {
      throw new RekindleException(
          ErrorCode.DEADLINE_EXCEEDED, "a node did not write its pages in time", Map.of(), e);
    } catch (IgniteCheckedException e) {
      throw new RekindleException(
          ErrorCode.INTERNAL, "a node could not write its pages", Map.of(), e);
    }
    if (when.length == 1 && when[0] == AFTER[0]) {
      sealing.begin();
    }
    return new byte[0];
  }

  private @Nullable CheckpointProgress force() {
    return ignite.context().cache().context().database().forceCheckpoint(REASON);
  }

  private void requireIdle() {
    new Snapshots(ignite).requireIdle();
    requireSealed(ignite);
  }

  /**
   * Looks whether all pages of this node are sealed under the newest keys, and these are not being
   * changed.
   *
   * @throws RekindleException NOT_READY when not
   */
  static void requireSealed(Ignite ignite) {
    if (((IgniteEx) ignite).context().encryption().reencryptionInProgress()) {
      throw busy(
          "pages are being sealed anew after a rotation of their keys: wait until that has ended");
    }
  }

  private static RekindleException busy(String why) {
    return new RekindleException(ErrorCode.NOT_READY, why, Map.of("reason", "group-keys"));
  }

  /**
   * Has pages sealed anew of which Ignite may have forgotten that they have to be: those of groups
   * that still have an old key. As a rule all of them were, and the key is there for the log alone;
   * no list says so, and they are read once more. To be called at the start; waits for nothing.
   */
  public void resume() {
    for (CacheGroupContext group : groups()) {
      List<Integer> ids = encryption().groupKeyIds(group.groupId());
      if (ids != null && ids.size() > 1 && !isReencrypting(group)) {
        sealAnew(group);
      }
    }
    sealing.begin();
  }

  private void sealAnew(CacheGroupContext group) {
    int id = group.groupId();
    GridCacheSharedContext<?, ?> caches = ignite.context().cache().context();
    // There is one wherever pages are kept on disk.
    IgnitePageStoreManager pages = requireNonNull(caches.pageStore());
    try {
      caches.database().checkpointReadLock();
      try {
        for (int partition = 0; partition < group.affinity().partitions(); partition++) {
          if (pages.exists(id, partition)) {
            encryption().setEncryptionState(group, partition, 0, pages.pages(id, partition));
          }
        }
        int index = PageIdAllocator.INDEX_PARTITION;
        encryption().setEncryptionState(group, index, 0, pages.pages(id, index));
      } finally {
        caches.database().checkpointReadUnlock();
      }
      encryption().resumeReencryption(id);
    } catch (IgniteCheckedException e) {
      throw new IllegalStateException("pages could not be sealed anew", e);
    }
  }

  /** How many groups of this node have pages that are not sealed under their newest key yet. */
  public int reencrypting() {
    return (int) groups().stream().filter(this::isReencrypting).count();
  }

  /** How much of the pages of this node is still to be read and sealed anew, in bytes. */
  public long bytesLeft() {
    long pages = groups().stream().mapToLong(sealing::pagesLeft).sum();
    return pages * ignite.configuration().getDataStorageConfiguration().getPageSize();
  }

  /**
   * Has pages sealed anew, where some are left. Where all pages of a group were read, begins the
   * checkpoint that writes them: Ignite counts the group as done, and makes backups again, only
   * after that, which would be the next one by the clock. Waits for nothing; to be called now and
   * then.
   */
  public void advance() {
    sealing.begin();
    boolean waiting =
        groups().stream()
            .filter(this::isReencrypting)
            .filter(group -> sealing.pagesLeft(group) == 0)
            // One whose scan failed has ended without being done: no checkpoint would help it.
            .anyMatch(group -> !encryption().reencryptionFuture(group.groupId()).isDone());
    if (waiting) {
      var _ = force();
    }
  }

  /** Before Ignite stops. */
  @Override
  public void close() {
    sealing.close();
  }

  private boolean isReencrypting(CacheGroupContext group) {
    return encryption().reencryptionInProgress(group.groupId());
  }

  private List<CacheGroupContext> groups() {
    return ignite.context().cache().cacheGroups().stream()
        .filter(group -> group.config().isEncryptionEnabled())
        .toList();
  }

  private GridEncryptionManager encryption() {
    return ignite.context().encryption();
  }
}
