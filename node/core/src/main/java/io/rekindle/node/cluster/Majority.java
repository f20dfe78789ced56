package io.rekindle.node.cluster;

import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import org.apache.ignite.cluster.ClusterNode;
import org.apache.ignite.configuration.TopologyValidator;
import org.apache.ignite.internal.IgniteEx;
import org.apache.ignite.internal.processors.cluster.BaselineTopology;
import org.apache.ignite.plugin.CacheTopologyValidatorProvider;

/**
 * More than half of the baseline: what a side of a cut network must have to go on. Ignite 2 has no
 * quorum of its own; without this both sides would take writes. Two nodes need both.
 *
 * <p>As a validator of every cache it makes Ignite refuse updates on a side without; reads Ignite
 * lets through, so the gate asks as well. Safe for use by many threads.
 */
final class Majority implements CacheTopologyValidatorProvider {
  private final IgniteEx ignite;

  Majority(IgniteEx ignite) {
    this.ignite = ignite;
  }

  @Override
  public TopologyValidator topologyValidator(String cacheName) {
    return this::isIn;
  }

  /** Before there is a baseline nothing can be served, and nothing is refused. */
  boolean isIn(Collection<ClusterNode> nodes) {
    BaselineTopology baseline = ignite.context().state().clusterState().baselineTopology();
    return baseline == null
        || isMajority(
            baseline.consistentIds(), nodes.stream().map(ClusterNode::consistentId).toList());
  }

  /** Whether the nodes with these ids are more than half of {@code baseline}, others aside. */
  static boolean isMajority(Set<?> baseline, Collection<?> ids) {
    Set<Object> there = new HashSet<>(ids);
    there.retainAll(baseline);
    return there.size() * 2 > baseline.size();
  }
}
