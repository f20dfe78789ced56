package io.rekindle.node.cluster;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.ignite.cluster.ClusterNode;
import org.apache.ignite.internal.IgniteEx;
import org.apache.ignite.internal.processors.cache.CacheGroupContext;
import org.apache.ignite.internal.processors.cache.distributed.dht.preloader.GridDhtPartitionFullMap;
import org.apache.ignite.internal.processors.cache.distributed.dht.preloader.GridDhtPartitionMap;
import org.apache.ignite.internal.processors.cache.distributed.dht.preloader.GridDhtPartitionsExchangeFuture;
import org.apache.ignite.internal.processors.cache.distributed.dht.preloader.PartitionsExchangeAware;
import org.apache.ignite.internal.processors.cache.distributed.dht.topology.GridDhtPartitionState;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who had the last copy of each lost partition, and who may therefore come back to a cluster that
 * has lost some. Safe for use by many threads.
 *
 * <p>A copy that missed the last writes has a lower update counter, by which Ignite notices; but
 * not while the partition is lost: a node that joins then is given the counter of the others
 * ({@code GridDhtPartitionTopologyImpl.update}) and keeps its older rows, and from then on both
 * copies count as equal. So the order of return is the order of leaving, reversed (decision 0014):
 * while partitions are lost, a node of the baseline may join only if it alone had the last copy of
 * each. The others wait until nothing is lost any more, or until all start together, when Ignite
 * compares the counters that are on the disks.
 */
final class LastOwners implements PartitionsExchangeAware {
  private static final Logger LOG = LoggerFactory.getLogger(LastOwners.class);

  /** Much longer than a node takes from one try to the next. */
  private static final long WAITING_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final IgniteEx ignite;
  private final Map<String, Long> sentAwayNanos = new ConcurrentHashMap<>();
  private final Map<Place, Set<String>> lastOwners = new ConcurrentHashMap<>();

  LastOwners(IgniteEx ignite) {
    this.ignite = ignite;
  }

  /** A partition of a cache group. */
  record Place(int group, int partition) {}

  /**
   * A lost partition.
   *
   * @param place which
   * @param lastOwners the ids of those who had its last copies; empty when this node does not know,
   *     or they are in the baseline no more
   * @param holders the ids of those who are there with a copy that is not served
   */
  record Lost(Place place, Set<String> lastOwners, Set<String> holders) {
    /** Whether its one last copy is there, and no other. */
    boolean isBack() {
      return lastOwners.size() == 1 && holders.equals(lastOwners);
    }

    /** Whether a node may bring its copy. */
    boolean mayBeBroughtBy(String node) {
      return lastOwners.equals(Set.of(node));
    }
  }

  /** Notes who is leaving with what, before Ignite strikes them from its lists. */
  @Override
  public void onInitBeforeTopologyLock(GridDhtPartitionsExchangeFuture exchange) {
    try {
      note();
    } catch (RuntimeException e) {
      // Thrown on, it would end the node. Of what is not known, all nodes have to be there.
      lastOwners.clear();
      LOG.atError().setCause(e).log("who has the last copies of partitions could not be noted");
    }
  }

  private void note() {
    for (CacheGroupContext group : groups()) {
      GridDhtPartitionFullMap copies = group.topology().partitionMap(false);
      if (copies == null) {
        continue; // The group begins with this exchange.
      }
      for (int p = 0; p < group.affinity().partitions(); p++) {
        Set<UUID> owners = nodesWith(copies, p, GridDhtPartitionState.OWNING);
        Place place = new Place(group.groupId(), p);
        if (owners.stream().anyMatch(this::isThere)) {
          lastOwners.remove(place);
        } else if (!owners.isEmpty()) {
          lastOwners.put(place, ids(owners));
        }
      }
    }
  }

  /**
   * Whether a node may join, lest its older copies be taken for the newest; one that may not is
   * remembered as {@link #waiting}. Called on the oldest node. Where no data is served there is
   * nothing to protect; where this node stops, it no longer knows what is lost.
   */
  boolean mayJoin(String node) {
    if (!isActive() || !isInBaseline(node)) {
      return true;
    }
    if (isUp() && lost().stream().allMatch(lost -> lost.mayBeBroughtBy(node))) {
      sentAwayNanos.remove(node);
      return true;
    }
    sentAwayNanos.put(node, System.nanoTime());
    return false;
  }

  private boolean isActive() {
    return ignite.context().state().clusterState().state().active();
  }

  private boolean isUp() {
    return !ignite.context().isStopping() && !groups().isEmpty();
  }

  /** The ids of the nodes that were lately not let in. */
  Set<String> waiting() {
    long now = System.nanoTime();
    sentAwayNanos.values().removeIf(then -> now - then > WAITING_NANOS);
    return Set.copyOf(sentAwayNanos.keySet());
  }

  private boolean isInBaseline(String node) {
    return new Membership(ignite).baseline().contains(node);
  }

  /** All lost partitions, those among them that Ignite is about to find. */
  List<Lost> lost() {
    Set<String> baseline = new Membership(ignite).baseline();
    List<Lost> lost = new ArrayList<>();
    for (CacheGroupContext group : groups()) {
      GridDhtPartitionFullMap copies = group.topology().partitionMap(false);
      for (Place place : lostOf(group, copies)) {
        Set<UUID> owners = nodesWith(copies, place.partition(), GridDhtPartitionState.OWNING);
        Set<String> last =
            new HashSet<>(
                isLeaving(owners) ? ids(owners) : lastOwners.getOrDefault(place, Set.of()));
        last.retainAll(baseline);
        Set<UUID> holders = nodesWith(copies, place.partition(), GridDhtPartitionState.LOST);
        holders.removeIf(node -> !isThere(node));
        lost.add(new Lost(place, last, ids(holders)));
      }
    }
    return lost;
  }

  /** Where they are; to be asked for while this node is starting or stopping, too. */
  List<Place> lostPlaces() {
    List<Place> places = new ArrayList<>();
    for (CacheGroupContext group : groups()) {
      places.addAll(lostOf(group, group.topology().partitionMap(false)));
    }
    return places;
  }

  private List<Place> lostOf(CacheGroupContext group, @Nullable GridDhtPartitionFullMap copies) {
    if (copies == null) {
      return List.of(); // The group begins, or ends.
    }
    Set<Integer> found = group.topology().lostPartitions();
    return IntStream.range(0, group.affinity().partitions())
        .filter(
            p -> found.contains(p) || isLeaving(nodesWith(copies, p, GridDhtPartitionState.OWNING)))
        .mapToObj(p -> new Place(group.groupId(), p))
        .toList();
  }

  private boolean isLeaving(Set<UUID> owners) {
    return !owners.isEmpty() && owners.stream().noneMatch(this::isThere);
  }

  private static Set<UUID> nodesWith(
      GridDhtPartitionFullMap copies, int partition, GridDhtPartitionState state) {
    Set<UUID> nodes = new HashSet<>();
    for (Map.Entry<UUID, GridDhtPartitionMap> node : copies.entrySet()) {
      if (node.getValue().get(partition) == state) {
        nodes.add(node.getKey());
      }
    }
    return nodes;
  }

  /** Those of ours, as far as they have begun. */
  List<CacheGroupContext> groups() {
    return ignite.context().cache().cacheGroups().stream()
        .filter(CacheGroupContext::userCache)
        .toList();
  }

  private boolean isThere(UUID node) {
    return ignite.context().discovery().alive(node);
  }

  /** A node that nobody remembers is named by what no node of ours is called by. */
  private Set<String> ids(Set<UUID> nodes) {
    Set<String> ids = new HashSet<>();
    for (UUID node : nodes) {
      ClusterNode known = ignite.context().discovery().historicalNode(node);
      ids.add(known == null ? "forgotten " + node : String.valueOf(known.consistentId()));
    }
    return ids;
  }
}
