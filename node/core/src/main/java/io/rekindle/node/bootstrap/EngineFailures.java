package io.rekindle.node.bootstrap;

import io.rekindle.node.bootstrap.NodeShell.EngineFailureReaction;
import io.rekindle.node.cluster.EngineFailureListener;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What ends this process, and what does not because its engine is stopped anyhow. When a key is
 * revoked, the others may be locked before this node has asked: alone it would end, and not be let
 * start, instead of saying why. Thread-safe.
 */
final class EngineFailures implements EngineFailureListener {
  private static final Logger LOG = LoggerFactory.getLogger(EngineFailures.class);

  /** Of a provider, and of the two seconds until it has to say it again. */
  private static final Duration ANSWER_MAX = Duration.ofSeconds(20);

  private final EngineFailureReaction reaction;
  private final AtomicBoolean asking = new AtomicBoolean();
  private volatile @Nullable HeldKey key;

  EngineFailures(EngineFailureReaction reaction) {
    this.reaction = reaction;
  }

  /** From now on the key is asked, too. */
  void watch(HeldKey watched) {
    key = watched;
  }

  @Override
  public void engineFailed(String kind, @Nullable Throwable cause) {
    HeldKey watched = key;
    if (watched == null || !ClusterPart.isEndForOthers(kind)) {
      reaction.engineFailed(kind, cause);
    } else if (asking.compareAndSet(false, true)) {
      // The caller is who measures the silence of the others, and is not to be kept.
      var _ =
          Thread.ofPlatform()
              .daemon()
              .name("key-before-end")
              .start(() -> endUnlessLocked(watched, kind, cause));
    }
  }

  private void endUnlessLocked(HeldKey watched, String kind, @Nullable Throwable cause) {
    try {
      if (watched.isTakenAway(ANSWER_MAX)) {
        LOG.atInfo().addKeyValue("kind", kind).log("the node is locked, and need not end");
      } else {
        reaction.engineFailed(kind, cause);
      }
    } finally {
      asking.set(false);
    }
  }
}
