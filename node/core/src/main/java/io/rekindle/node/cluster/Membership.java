package io.rekindle.node.cluster;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.ClusterNodeInfo;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.ignite.Ignite;
import org.apache.ignite.cluster.BaselineNode;
import org.apache.ignite.cluster.ClusterNode;

/**
 * Which nodes there are, as this one sees it. Safe for use by many threads; asks nobody.
 *
 * <p>The baseline are the nodes that hold data; a node beside it answers requests with the data of
 * others.
 */
public final class Membership {
  private final Ignite ignite;

  public Membership(Ignite ignite) {
    this.ignite = ignite;
  }

  /** All of the baseline, and those that are there without being in it, by id. */
  public List<ClusterNodeInfo> members() {
    Set<String> baseline = baseline();
    Map<String, ClusterNode> online = new HashMap<>();
    for (ClusterNode node : ignite.cluster().forServers().nodes()) {
      online.put(String.valueOf(node.consistentId()), node);
    }
    Set<String> ids = new TreeSet<>(baseline);
    ids.addAll(online.keySet());
    List<ClusterNodeInfo> members = new ArrayList<>();
    for (String id : ids) {
      ClusterNode node = online.get(id);
      members.add(
          new ClusterNodeInfo(
              id,
              node == null ? List.of() : List.copyOf(node.addresses()),
              baseline.contains(id),
              node != null));
    }
    return members;
  }

  /** The ids of the nodes that hold data. */
  public Set<String> baseline() {
    Collection<BaselineNode> baseline = ignite.cluster().currentBaselineTopology();
    return baseline == null
        ? Set.of()
        : baseline.stream()
            .map(node -> String.valueOf(node.consistentId()))
            .collect(Collectors.toUnmodifiableSet());
  }

  /** Grows with each node that comes or goes, before anything is done about it. */
  public long version() {
    return ignite.cluster().topologyVersion();
  }

  /** This node. */
  public ClusterNode self() {
    return ignite.cluster().localNode();
  }

  /** All that are there, without this one. */
  List<ClusterNode> others() {
    return ignite.cluster().forServers().nodes().stream().filter(node -> !node.isLocal()).toList();
  }

  /** Those of the baseline that are there, without this one. */
  List<ClusterNode> peers() {
    Set<String> baseline = baseline();
    return ignite.cluster().forServers().nodes().stream()
        .filter(node -> !node.isLocal())
        .filter(node -> baseline.contains(String.valueOf(node.consistentId())))
        .toList();
  }

  /** Whether more than half of the baseline is there, this node's view of it. */
  public boolean hasMajority() {
    return isMajority(online());
  }

  /** Whether {@code count} nodes are more than half of the baseline. */
  boolean isMajority(int count) {
    return count * 2 > baseline().size();
  }

  /** Whether this node is the oldest of those that are there: what one of them does, it does. */
  public boolean isOldest() {
    return ignite.cluster().forServers().forOldest().node().isLocal();
  }

  /** Whether all of the baseline is there. */
  public boolean isComplete() {
    return online() == baseline().size();
  }

  /**
   * Looks whether all of the baseline is there.
   *
   * @throws RekindleException NODE_AWAY, with the first one that is not
   */
  public void requireComplete() {
    List<String> away =
        members().stream()
            .filter(node -> node.inBaseline() && !node.online())
            .map(ClusterNodeInfo::id)
            .toList();
    if (!away.isEmpty()) {
      throw new RekindleException(
          ErrorCode.NODE_AWAY,
          "a node that holds data is away: it has to come back, or to be removed",
          Map.of("node", away.getFirst(), "away", Integer.toString(away.size())));
    }
  }

  /** How many of the baseline are there, with this one. */
  private int online() {
    return peers().size() + (selfInBaseline() ? 1 : 0);
  }

  /** How many messages this node has sent to others since its start, without those of the ring. */
  public long messagesSent() {
    return ignite.configuration().getCommunicationSpi().getSentMessagesCount();
  }

  boolean selfInBaseline() {
    return baseline().contains(String.valueOf(ignite.cluster().localNode().consistentId()));
  }
}
