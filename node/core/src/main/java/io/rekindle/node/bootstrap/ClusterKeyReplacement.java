package io.rekindle.node.bootstrap;

import io.rekindle.node.access.Pass;
import io.rekindle.node.cluster.GroupKeys;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.error.StartRefusedException;
import io.rekindle.node.keyring.ClusterKey;
import io.rekindle.node.keyring.KeyHandover;
import io.rekindle.node.model.Reply;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives the cluster a new key, in the place of one that somebody may have seen, while everything
 * goes on; and gives pages new keys, wrapped by one and the same cluster key on all nodes. All
 * nodes that hold data have to be there.
 *
 * <ol>
 *   <li>One node makes a new generation. Each node has it wrapped by its customer's key, keeps it
 *       in its file, and can open with it: it is <em>held</em>.
 *   <li>When all hold it, each begins to seal with it: it is <em>in use</em>.
 *   <li>The keys of Ignite's groups are changed, which wraps them by it, and those of namespaces
 *       are wrapped by it, too.
 * </ol>
 *
 * <p>Cut short anywhere, by a crash or an error, everything can be opened by every node: nobody
 * uses what another one does not hold, and nobody drops what it holds. So two requests at once, of
 * two nodes, do no harm either. A node that was lost between the second step of others and its own
 * has the generation in its file; at its next start it {@link #catchUp}. Then it is asked for
 * again, and gives one generation more.
 *
 * <p>Ignite is not told of it, and its own change of the master key is not used: followed by a
 * change of group keys and a crash, that one loses acknowledged writes. Safe for use by many
 * threads.
 */
final class ClusterKeyReplacement {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterKeyReplacement.class);

  /** A node that comes or goes in each of them is not going to stop that. */
  private static final int ROUNDS_MAX = 16;

  private final KeyHolders holders;
  private final KeysBelow below;
  private final ClusterKey key;
  private final AtomicBoolean changing = new AtomicBoolean();

  /**
   * Of this node.
   *
   * @param key its own copy
   */
  ClusterKeyReplacement(KeyHolders holders, KeysBelow below, ClusterKey key) {
    this.holders = holders;
    this.below = below;
    this.key = key;
  }

  /**
   * Replaces the key.
   *
   * @throws RekindleException NODE_AWAY; NOT_READY while another one, or what {@link
   *     GroupKeys#rotate} does not go with, is under way, or a provider does not do its part;
   *     INVALID_ARGUMENT when it was replaced too often. What was thrown after the first node uses
   *     the new key has {@code changed: in part}
   */
  Reply.ClusterKeyReplaced replace(Pass pass) {
    begin();
    try {
      below.requireReady();
      level();
      Instant made = below.now();
      String generation;
      byte[] sealed;
      try (ClusterKey next = KeyHandover.next(key)) {
        generation = next.generations().getLast();
        sealed = KeyHandover.seal(next);
      }
      holdEverywhere(sealed);
      try {
        useEverywhere(sealed, generation);
        below.noteReplaced(made);
        int groups = below.rotatePages(_ -> {});
        // A node that fell behind meanwhile would have wrapped new keys of pages by the former.
        requireInUse(generation);
        return new Reply.ClusterKeyReplaced(generation, below.rewrapNamespaces(pass), groups);
      } catch (RekindleException e) {
        throw inPart(e);
      }
    } finally {
      changing.set(false);
    }
  }

  /**
   * Gives pages new keys.
   *
   * @param rotated told of how many groups, as soon as all nodes have their keys
   * @return how many
   * @throws RekindleException as {@link GroupKeys#rotate}; NOT_READY when the nodes can't be
   *     brought to one cluster key, too
   */
  int rotatePages(IntConsumer rotated) {
    begin();
    try {
      level();
      return below.rotatePages(rotated);
    } finally {
      changing.set(false);
    }
  }

  private void begin() {
    if (!changing.compareAndSet(false, true)) {
      throw notReady("the cluster key or the keys of pages are being changed: wait for the end");
    }
  }

  /** Until all that are there have it, and none that holds data is away. */
  private void holdEverywhere(byte[] sealed) {
    untilNobodyComes(
        () -> {
          holders.hold(sealed);
          holders.requireComplete();
        });
  }

  /**
   * Until all that are there use it. One that came since {@link #holdEverywhere} has the former
   * alone, with which it was let in: it is given the new one as well.
   */
  private void useEverywhere(byte[] sealed, String generation) {
    untilNobodyComes(
        () -> {
          holders.hold(sealed);
          holders.use(generation);
        });
    requireInUse(generation);
  }

  private void requireInUse(String generation) {
    untilNobodyComes(
        () -> {
          holders.requireComplete();
          if (!holders.inUse().equals(Set.of(generation))) {
            throw notReady("not all nodes use the same cluster key");
          }
        });
  }

  /** Asks all nodes, again when one came or went meanwhile, whatever the answers were. */
  private void untilNobodyComes(Runnable question) {
    for (int round = 0; round < ROUNDS_MAX; round++) {
      long version = holders.version();
      try {
        question.run();
        if (version == holders.version()) {
          return;
        }
      } catch (RekindleException e) {
        if (version == holders.version()) {
          throw e;
        }
        LOG.atInfo().setCause(e).log("a node came or went while all were asked for their key");
      }
    }
    throw notReady("nodes come and go: wait until they stay");
  }

  private static RekindleException inPart(RekindleException cause) {
    return new RekindleException(
        cause.code(),
        "the cluster key was replaced in part: mend what is wrong, and replace it again",
        Map.of("changed", "in part"),
        cause);
  }

  /**
   * Has all nodes use the same generation: the last that one of them uses. A node that is behind
   * may be one whose call was lost; it has what it is to use.
   */
  private void level() {
    untilNobodyComes(
        () -> {
          Set<String> inUse = holders.inUse();
          List<String> ours = key.generations();
          if (!ours.containsAll(inUse)) {
            throw notReady(
                "this node does not have the cluster key that others use: ask another one");
          }
          if (inUse.size() > 1) {
            holders.use(ours.stream().filter(inUse::contains).toList().getLast());
          }
        });
  }

  /**
   * Has all nodes use what one of them uses already; to be called at the start. Of nodes that start
   * together the last one is answered by all. One that is behind does no harm, and is asked again
   * by the next start of any, and before any keys are changed.
   *
   * @throws StartRefusedException when this node came while the key was replaced, and lacks it
   */
  void catchUp() {
    try {
      if (!key.generations().containsAll(holders.inUse())) {
        throw new StartRefusedException(
            "The cluster key was replaced while this node joined: give it the cluster key file of a"
                + " node that is there.");
      }
      level();
    } catch (RekindleException e) {
      LOG.atInfo().setCause(e).log("not all nodes could be asked which cluster key they use");
    }
  }

  private static RekindleException notReady(String why) {
    return new RekindleException(ErrorCode.NOT_READY, why);
  }
}
