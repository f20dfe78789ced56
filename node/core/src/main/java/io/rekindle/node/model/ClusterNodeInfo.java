package io.rekindle.node.model;

import java.util.List;

/**
 * A node of the cluster.
 *
 * @param id the stable one, of its data folder
 * @param addresses of its listeners for other nodes; none while it is away
 * @param inBaseline whether it holds data
 * @param online whether it is there
 */
public record ClusterNodeInfo(
    String id, List<String> addresses, boolean inBaseline, boolean online) {
  public ClusterNodeInfo {
    addresses = List.copyOf(addresses);
  }
}
