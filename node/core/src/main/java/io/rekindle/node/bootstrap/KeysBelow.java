package io.rekindle.node.bootstrap;

import io.rekindle.node.access.Pass;
import io.rekindle.node.cluster.GroupKeys;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.storage.engine.IgniteNamespaceStore;
import io.rekindle.node.storage.engine.KeyRotations;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.IntConsumer;

/** The keys that the cluster key wraps, on all nodes: those of pages, and those of namespaces. */
interface KeysBelow {
  /**
   * Looks whether {@link #rotatePages} would begin.
   *
   * @throws RekindleException as {@link GroupKeys#requireReady}
   */
  void requireReady();

  /**
   * Gives pages new keys.
   *
   * @param rotated told of how many groups of caches, as soon as all nodes have their keys
   * @return how many
   * @throws RekindleException as {@link GroupKeys#rotate}
   */
  int rotatePages(IntConsumer rotated);

  /**
   * Has the keys of namespaces wrapped anew.
   *
   * @return how many
   * @throws RekindleException of the first one that was not, after all others were
   */
  int rewrapNamespaces(Pass pass);

  Instant now();

  /**
   * Notes that the cluster key is another one from now on.
   *
   * @param made when it was made, hence before any node had it wrapped
   */
  void noteReplaced(Instant made);

  /** Those of a cluster. */
  static KeysBelow of(
      GroupKeys pages,
      IgniteNamespaceStore namespaces,
      KeyRotations rotations,
      InstantSource clock) {
    return new KeysBelow() {
      @Override
      public void requireReady() {
        pages.requireReady();
      }

      @Override
      public int rotatePages(IntConsumer rotated) {
        return pages.rotate(
            groups -> {
              rotated.accept(groups);
              rotations.noteGroupKeys(clock.instant());
            });
      }

      @Override
      public int rewrapNamespaces(Pass pass) {
        return namespaces.rewrapAll(pass);
      }

      @Override
      public Instant now() {
        return clock.instant();
      }

      @Override
      public void noteReplaced(Instant made) {
        rotations.noteClusterKey(made);
      }
    };
  }
}
