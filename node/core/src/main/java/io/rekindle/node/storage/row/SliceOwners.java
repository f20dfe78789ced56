package io.rekindle.node.storage.row;

import io.rekindle.node.cluster.Settling;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.SliceId;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.ignite.Ignite;
import org.apache.ignite.cache.affinity.Affinity;
import org.apache.ignite.cluster.ClusterNode;
import org.apache.ignite.internal.IgniteEx;
import org.apache.ignite.internal.processors.cache.distributed.dht.topology.GridDhtLocalPartition;
import org.apache.ignite.internal.processors.cache.distributed.dht.topology.GridDhtPartitionState;
import org.apache.ignite.internal.processors.cache.distributed.dht.topology.GridDhtPartitionTopology;
import org.jspecify.annotations.Nullable;

/**
 * Which node owns a slice: the one with the primary copy of its partition. As of now; ownership
 * moves when nodes come and go. Thread-safe; takes about a microsecond and no message.
 */
public final class SliceOwners {
  private static final String REASON = "reason";
  private static final String MOVED = "moved";

  private final Ignite ignite;
  private final Affinity<Object> affinity;
  private final GridDhtPartitionTopology copies;
  private final ClusterNode self;

  /** Of a started engine. */
  public SliceOwners(Ignite ignite) {
    this.ignite = ignite;
    this.affinity = ignite.affinity(CacheName.MEMORY.cache());
    this.copies =
        ((IgniteEx) ignite)
            .context()
            .cache()
            .internalCache(CacheName.MEMORY.cache())
            .context()
            .topology();
    this.self = ignite.cluster().localNode();
  }

  /** As {@link #SliceOwners(Ignite)}, for who has the caches alone. */
  public static SliceOwners of(Caches caches) {
    return new SliceOwners(caches.memory().unwrap(Ignite.class));
  }

  /** This node. */
  public ClusterNode self() {
    return self;
  }

  /** A number that grows with every node that comes or goes. */
  public long topology() {
    return ignite.cluster().topologyVersion();
  }

  /** The partition that all of a slice lives in. */
  public int partition(SliceId slice) {
    return affinity.partition(slice.value());
  }

  /**
   * The node that owns a slice.
   *
   * @throws RekindleException NOT_READY, and {@link #isMoved}, when no node does right now;
   *     PARTITION_LOST when none has a copy that may be asked
   */
  public ClusterNode ownerOf(SliceId slice) {
    int partition = partition(slice);
    ClusterNode owner = affinity.mapPartitionToNode(partition);
    if (owner == null) {
      throw copies.lostPartitions().contains(partition) ? lost() : moved();
    }
    return owner;
  }

  /**
   * The node to ask about a slice: its owner, or, while that is new in the cluster, another one
   * with a whole copy, which was there before and has loaded what is asked for. Both answer what
   * was acknowledged: a commit is, when all copies have it.
   *
   * @throws RekindleException as {@link #ownerOf}
   */
  public ClusterNode askedFor(SliceId slice) {
    ClusterNode owner = ownerOf(slice);
    return Settling.isOver(owner) ? owner : standInFor(owner, partition(slice));
  }

  private ClusterNode standInFor(ClusterNode owner, int partition) {
    for (ClusterNode node : affinity.mapPartitionToPrimaryAndBackups(partition)) {
      if (Settling.isBefore(node, owner)
          && copies.partitionState(node.id(), partition) == GridDhtPartitionState.OWNING) {
        return node;
      }
    }
    return owner;
  }

  /** Whether this node owns a slice. */
  public boolean isHere(SliceId slice) {
    return isHere(partition(slice));
  }

  /** Whether this node is the one to ask about a slice. */
  public boolean isAskedHere(SliceId slice) {
    return self.equals(askedFor(slice));
  }

  /** Whether this node owns a partition of the slices. */
  public boolean isHere(int partition) {
    return self.equals(affinity.mapPartitionToNode(partition));
  }

  /** The other nodes that have a copy of a slice, or are about to get one. */
  public List<ClusterNode> othersWith(SliceId slice) {
    Collection<ClusterNode> nodes = affinity.mapPartitionToPrimaryAndBackups(partition(slice));
    return nodes.stream().filter(node -> !node.equals(self)).toList();
  }

  /** Whether this node has a whole copy of a slice. */
  public boolean isWhole(SliceId slice) {
    return stateOf(slice) == GridDhtPartitionState.OWNING;
  }

  /** Whether a copy of a slice is on its way to this node. */
  public boolean isComing(SliceId slice) {
    return stateOf(slice) == GridDhtPartitionState.MOVING;
  }

  /** Whether nothing of a slice is here, or what is here is on its way out. */
  public boolean isGone(SliceId slice) {
    GridDhtPartitionState state = stateOf(slice);
    return state == null
        || state == GridDhtPartitionState.RENTING
        || state == GridDhtPartitionState.EVICTED;
  }

  private @Nullable GridDhtPartitionState stateOf(SliceId slice) {
    GridDhtLocalPartition copy = copies.localPartition(partition(slice));
    return copy == null ? null : copy.state();
  }

  /**
   * Refuses unless this node owns a slice, all of it. Ignite's index queries find nothing in copies
   * that another node owns.
   *
   * @throws RekindleException NOT_READY, and {@link #isMoved}; PARTITION_LOST
   */
  public void requireHere(SliceId slice) {
    requireWhole(slice);
    if (!isHere(slice)) {
      throw moved();
    }
  }

  /**
   * Refuses unless this node has a whole copy of a slice, its own or another's.
   *
   * @throws RekindleException as {@link #requireHere}
   */
  public void requireWhole(SliceId slice) {
    GridDhtPartitionState state = stateOf(slice);
    if (state == GridDhtPartitionState.LOST) {
      throw lost();
    }
    if (state != GridDhtPartitionState.OWNING) {
      throw moved();
    }
  }

  private static RekindleException lost() {
    return new RekindleException(
        ErrorCode.PARTITION_LOST, "the nodes that have a part of the namespace are, or were, away");
  }

  /** Whether an error says that a slice is elsewhere by now: whoever asks again, asks there. */
  public static boolean isMoved(RekindleException error) {
    return error.code() == ErrorCode.NOT_READY && MOVED.equals(error.details().get(REASON));
  }

  /** The refusal of a node that a slice leaves, as {@link #isMoved} knows it. */
  public static RekindleException moved() {
    return new RekindleException(
        ErrorCode.NOT_READY,
        "a part of the namespace moves to another node right now, try again",
        Map.of(REASON, MOVED));
  }
}
