package io.rekindle.node.cluster;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.ignite.cluster.BaselineNode;
import org.apache.ignite.cluster.ClusterNode;
import org.apache.ignite.internal.IgniteEx;
import org.apache.ignite.internal.IgniteInternalFuture;
import org.apache.ignite.internal.processors.affinity.AffinityTopologyVersion;
import org.apache.ignite.internal.processors.affinity.GridAffinityFunctionContextImpl;
import org.apache.ignite.internal.processors.cache.CacheGroupContext;
import org.apache.ignite.internal.processors.cache.distributed.dht.topology.GridDhtLocalPartition;
import org.apache.ignite.internal.processors.cache.distributed.dht.topology.GridDhtPartitionState;
import org.apache.ignite.internal.processors.cluster.BaselineTopology;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The nodes that hold data, and how their copies are. It changes by request alone: a node that is
 * away for a while keeps its place. Safe for use by many threads.
 *
 * <p>Lost is a partition of which no copy is in reach. Ignite refuses it, reads and writes, until
 * it is reset; {@link LostPartitions} says when that gives up nothing.
 */
public final class Baseline {
  private static final Logger LOG = LoggerFactory.getLogger(Baseline.class);

  private final IgniteEx ignite;
  private final Membership membership;

  public Baseline(org.apache.ignite.Ignite ignite, Membership membership) {
    this.ignite = (IgniteEx) ignite;
    this.membership = membership;
  }

  /**
   * A change that was thought through.
   *
   * @param copiesMoved copies of partitions that another node gets
   * @param partitionsLost partitions whose last copy in reach goes
   */
  public record Plan(Set<String> baseline, int copiesMoved, int partitionsLost) {
    public Plan {
      baseline = Set.copyOf(baseline);
    }
  }

  /**
   * What a change would do; changes nothing. A node that is to go may still run, to hear what would
   * be lost with it.
   *
   * @throws RekindleException NODE_NOT_FOUND for a node that is not there, or holds no data;
   *     INVALID_ARGUMENT when no node would be left
   */
  public Plan plan(Set<String> add, Set<String> remove) {
    Set<String> before = membership.baseline();
    Map<String, ClusterNode> online = online();
    require(add, id -> online.containsKey(id), "add_node_ids", "no such node is there");
    require(remove, before::contains, "remove_node_ids", "no such node holds data");
    Set<String> after = new TreeSet<>(before);
    after.addAll(add);
    after.removeAll(remove);
    if (after.stream().noneMatch(online::containsKey)) {
      throw new RekindleException(
          ErrorCode.INVALID_ARGUMENT,
          "no node that holds data would be left",
          Map.of("field", "remove_node_ids"));
    }
    int moved = 0;
    int lost = 0;
    for (CacheGroupContext group : groups()) {
      moved += moved(group, after, online.values());
      lost += lost(group, remove);
    }
    return new Plan(after, moved, lost);
  }

  /**
   * Carries out a plan; copies move in the background.
   *
   * @throws RekindleException NODE_ONLINE when a node that is to go still runs
   */
  public void change(Plan plan) {
    Set<String> going = new TreeSet<>(membership.baseline());
    going.removeAll(plan.baseline());
    going.retainAll(online().keySet());
    if (!going.isEmpty()) {
      throw new RekindleException(
          ErrorCode.NODE_ONLINE,
          "a node that is to hold no data any more still runs: stop it first",
          Map.of("field", "remove_node_ids", "node", going.iterator().next()));
    }
    ignite.cluster().setBaselineTopology(nodesOf(plan.baseline()));
  }

  /** Partitions of any cache without a copy in reach. */
  public int lost() {
    return groups().stream().mapToInt(group -> group.topology().lostPartitions().size()).sum();
  }

  /** Serves lost partitions again, with what is there; returns how many those were. */
  public int resetLost() {
    int lost = lost();
    if (lost > 0) {
      List<String> caches =
          ignite.cacheNames().stream()
              .filter(name -> !ignite.cache(name).lostPartitions().isEmpty())
              .toList();
      ignite.resetLostPartitions(caches);
    }
    return lost;
  }

  /** Copies that there should be, of nodes that are there, and are not or are behind. */
  public int copiesMissing() {
    int missing = 0;
    int holding =
        (int) membership.members().stream().filter(it -> it.inBaseline() && it.online()).count();
    for (CacheGroupContext group : groups()) {
      int wanted = Math.min(holding, group.isReplicated() ? holding : backups(group) + 1);
      for (int p = 0; p < group.affinity().partitions(); p++) {
        missing += Math.max(0, wanted - group.topology().owners(p).size());
      }
    }
    return missing;
  }

  /** Partitions with fewer whole copies than there would be if all nodes of the baseline were. */
  public int partitionsShort() {
    int holding = membership.baseline().size();
    int few = 0;
    for (CacheGroupContext group : groups()) {
      int wanted = group.isReplicated() ? holding : Math.min(holding, backups(group) + 1);
      for (int p = 0; p < group.affinity().partitions(); p++) {
        few += group.topology().owners(p).size() < wanted ? 1 : 0;
      }
    }
    return few;
  }

  /** Copies of partitions that are on their way to this node. */
  public int partitionsComing() {
    return groups().stream().mapToInt(Baseline::coming).sum();
  }

  private static int coming(CacheGroupContext group) {
    int coming = 0;
    for (GridDhtLocalPartition copy : group.topology().localPartitions()) {
      coming += copy.state() == GridDhtPartitionState.MOVING ? 1 : 0;
    }
    return coming;
  }

  /**
   * Those of the copies on their way that do not come: Ignite gave up on their group, for a damaged
   * page say, and does not try again by itself ({@link #askAgain} does).
   */
  public int partitionsStopped() {
    return groups().stream().filter(Baseline::gaveUp).mapToInt(Baseline::coming).sum();
  }

  /** Whether this node has copies that it should take anew, and does not: decision 0021. */
  public boolean keepsCopiesOfACut() {
    return EnginePlugin.Rules.of(ignite).cutOff().areKept();
  }

  /** Asks once more for copies that stopped coming; a damaged page of a copy goes with the copy. */
  public void askAgain() {
    for (CacheGroupContext group : groups()) {
      if (gaveUp(group) && coming(group) > 0) {
        LOG.atWarn()
            .addKeyValue("group", group.cacheOrGroupName())
            .addKeyValue("copies", coming(group))
            .log("copies of partitions stopped coming, and are asked for again");
        group.preloader().forceRebalance();
      }
    }
  }

  private static boolean gaveUp(CacheGroupContext group) {
    IgniteInternalFuture<Boolean> rebalance = group.preloader().rebalanceFuture();
    return rebalance.isDone() && (rebalance.error() != null || !rebalance.result());
  }

  private static int backups(CacheGroupContext group) {
    return group.config().getBackups();
  }

  private List<CacheGroupContext> groups() {
    return ignite.context().cache().cacheGroups().stream()
        .filter(CacheGroupContext::userCache)
        .toList();
  }

  private Map<String, ClusterNode> online() {
    Map<String, ClusterNode> online = new HashMap<>();
    for (ClusterNode node : ignite.cluster().forServers().nodes()) {
      online.put(id(node), node);
    }
    return online;
  }

  private List<BaselineNode> nodesOf(Set<String> ids) {
    Map<String, BaselineNode> known = new HashMap<>(online());
    Collection<BaselineNode> baseline = ignite.cluster().currentBaselineTopology();
    if (baseline != null) {
      baseline.forEach(node -> known.putIfAbsent(id(node), node));
    }
    return ids.stream().map(known::get).toList();
  }

  private int moved(CacheGroupContext group, Set<String> after, Collection<ClusterNode> online) {
    List<Set<String>> now = assignment(group, membership.baseline(), online);
    List<Set<String>> then = assignment(group, after, online);
    int moved = 0;
    for (int p = 0; p < now.size(); p++) {
      Set<String> fresh = new HashSet<>(then.get(p));
      fresh.removeAll(now.get(p));
      moved += fresh.size();
    }
    return moved;
  }

  /** Who would hold each partition, if all these nodes were there. */
  private List<Set<String>> assignment(
      CacheGroupContext group, Set<String> baseline, Collection<ClusterNode> online) {
    BaselineTopology topology = BaselineTopology.build(nodesOf(baseline), 0);
    if (topology == null) {
      return List.of();
    }
    List<ClusterNode> nodes = topology.createBaselineView(online, null);
    return group
        .config()
        .getAffinity()
        .assignPartitions(
            new GridAffinityFunctionContextImpl(
                new ArrayList<>(nodes),
                null,
                null,
                AffinityTopologyVersion.NONE,
                group.isReplicated() ? nodes.size() - 1 : backups(group)))
        .stream()
        .map(owners -> owners.stream().map(Baseline::id).collect(Collectors.toSet()))
        .toList();
  }

  /** Of which nobody else has a copy now; what is away may have had some. */
  private int lost(CacheGroupContext group, Set<String> remove) {
    if (remove.isEmpty()) {
      return 0;
    }
    Set<Integer> away =
        online().keySet().containsAll(remove) ? Set.of() : group.topology().lostPartitions();
    int lost = 0;
    for (int p = 0; p < group.affinity().partitions(); p++) {
      List<ClusterNode> owners = group.topology().owners(p);
      boolean last = !owners.isEmpty() && owners.stream().allMatch(it -> remove.contains(id(it)));
      lost += last || away.contains(p) ? 1 : 0;
    }
    return lost;
  }

  private static String id(BaselineNode node) {
    return String.valueOf(node.consistentId());
  }

  private static void require(
      Set<String> ids, Predicate<String> allowed, String field, String text) {
    for (String id : new TreeSet<>(ids)) {
      if (!allowed.test(id)) {
        throw new RekindleException(
            ErrorCode.NODE_NOT_FOUND, text, Map.of("field", field, "node", id));
      }
    }
  }
}
