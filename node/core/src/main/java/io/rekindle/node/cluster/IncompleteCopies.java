package io.rekindle.node.cluster;

import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.apache.ignite.IgniteCheckedException;
import org.apache.ignite.internal.pagemem.wal.IgniteWriteAheadLogManager;
import org.apache.ignite.internal.pagemem.wal.record.delta.PartitionMetaStateRecord;
import org.apache.ignite.internal.processors.cache.CacheGroupContext;
import org.apache.ignite.internal.processors.cache.distributed.dht.preloader.GridDhtPartitionsExchangeFuture;
import org.apache.ignite.internal.processors.cache.distributed.dht.preloader.PartitionsExchangeAware;
import org.apache.ignite.internal.processors.cache.distributed.dht.topology.GridDhtLocalPartition;
import org.apache.ignite.internal.processors.cache.distributed.dht.topology.GridDhtPartitionState;
import org.apache.ignite.internal.processors.cache.persistence.checkpoint.CheckpointListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The copies of this node that were being filled when the last whole one was lost. They stay
 * incomplete over a restart: Ignite logs a lost copy as a whole one, when it is lost and with each
 * checkpoint, so that what it logs is followed each time by a record of ours. Safe for use by many
 * threads.
 */
final class IncompleteCopies implements PartitionsExchangeAware, CheckpointListener {
  private static final Logger LOG = LoggerFactory.getLogger(IncompleteCopies.class);

  private static final List<CacheGroupContext> NO_GROUPS = List.of();

  private final LastOwners lastOwners;

  /** As of the last exchange; replaced as a whole, because checkpoints come at any time. */
  private volatile Set<LastOwners.Place> incomplete = Set.of();

  IncompleteCopies(LastOwners lastOwners) {
    this.lastOwners = lastOwners;
  }

  /** Before an exchange has those that were being filled lost. */
  @Override
  public void onInitBeforeTopologyLock(GridDhtPartitionsExchangeFuture exchange) {
    Set<LastOwners.Place> before = incomplete;
    incomplete =
        lastOwners.groups().stream()
            .flatMap(
                group ->
                    StreamSupport.stream(group.topology().localPartitions().spliterator(), false))
            .filter(
                copy ->
                    copy.state() == GridDhtPartitionState.MOVING
                        || (copy.state() == GridDhtPartitionState.LOST
                            && before.contains(placeOf(copy))))
            .map(IncompleteCopies::placeOf)
            .collect(Collectors.toUnmodifiableSet());
  }

  @Override
  public void onDoneAfterTopologyUnlock(GridDhtPartitionsExchangeFuture exchange) {
    try {
      logLost();
    } catch (IgniteCheckedException | RuntimeException e) {
      // Thrown on, it would end the node, which is of no help here.
      LOG.atError().setCause(e).log("incomplete copies of lost partitions could not be noted");
    }
  }

  @Override
  public void beforeCheckpointBegin(Context context) {
    // Nothing is logged of it yet.
  }

  @Override
  public void onMarkCheckpointBegin(Context context) {
    // Nothing is logged of it yet.
  }

  /** Its record is in the log, and a start goes by it only after this; a fault ends the node. */
  @Override
  public void onCheckpointBegin(Context context) throws IgniteCheckedException {
    logLost();
  }

  private void logLost() throws IgniteCheckedException {
    Set<LastOwners.Place> now = incomplete;
    IgniteWriteAheadLogManager log = null;
    for (CacheGroupContext group : now.isEmpty() ? NO_GROUPS : lastOwners.groups()) {
      for (GridDhtLocalPartition copy : group.topology().localPartitions()) {
        if (copy.state() == GridDhtPartitionState.LOST && now.contains(placeOf(copy))) {
          log = Objects.requireNonNull(group.shared().wal(), "what is kept has a log");
          var _ =
              log.log(
                  new PartitionMetaStateRecord(
                      group.groupId(), copy.id(), GridDhtPartitionState.MOVING, 0));
        }
      }
    }
    if (log != null) {
      log.flush(null, true);
    }
  }

  private static LastOwners.Place placeOf(GridDhtLocalPartition copy) {
    return new LastOwners.Place(copy.group().groupId(), copy.id());
  }
}
