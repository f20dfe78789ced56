package io.rekindle.node.cluster;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.IntSupplier;
import org.apache.ignite.Ignite;
import org.apache.ignite.internal.IgniteEx;
import org.apache.ignite.internal.processors.cache.persistence.GridCacheDatabaseSharedManager;
import org.apache.ignite.internal.processors.cache.persistence.checkpoint.CheckpointListener;

/** Which checkpoints of a node have ended, by the key of pages when they began and ended. */
final class Checkpoints implements CheckpointListener {
  private final IntSupplier keyId;
  private final List<String> ended = new CopyOnWriteArrayList<>();

  private Checkpoints(IntSupplier keyId) {
    this.keyId = keyId;
  }

  /** From now on. */
  static Checkpoints of(Ignite ignite, IntSupplier keyId) {
    Checkpoints checkpoints = new Checkpoints(keyId);
    ((GridCacheDatabaseSharedManager) ((IgniteEx) ignite).context().cache().context().database())
        .addCheckpointListener(checkpoints);
    return checkpoints;
  }

  /** Such as {@code 0-0}, in order. */
  List<String> ended() {
    return List.copyOf(ended);
  }

  /** Under the lock by which the pages of this checkpoint are told from those of the next. */
  @Override
  public void onMarkCheckpointBegin(Context context) {
    int before = keyId.getAsInt();
    context.finishedStateFut().listen(() -> ended.add(before + "-" + keyId.getAsInt()));
  }

  @Override
  public void onCheckpointBegin(Context context) {}

  @Override
  public void beforeCheckpointBegin(Context context) {}
}
