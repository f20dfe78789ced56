package io.rekindle.node.bootstrap;

import io.rekindle.node.audit.AuditLog;
import io.rekindle.node.model.RequestId;
import java.util.Collection;

/**
 * What a node does to its cluster by itself, in the audit before it does it: each can be the moment
 * after which somebody misses data. What can't be recorded is not done. Thread-safe.
 *
 * @param audit of this node
 */
record ClusterRecords(AuditLog audit) {
  /** Lost partitions are served again, with the copy that came back; the count is of partitions. */
  static final String RESET = "partitions.reset";

  /** This node ends, to start together with all others; the count is of lost partitions. */
  static final String START_TOGETHER = "cluster.start-together";

  /** A node was left out of the baseline, because a configuration says so. */
  static final String STARTED_WITHOUT = "cluster.started-without";

  void resetting(int partitions) {
    audit.note(RequestId.random(), RESET, partitions, "");
  }

  void startingTogether(int partitions) {
    audit.note(RequestId.random(), START_TOGETHER, partitions, "");
  }

  void startingWithout(Collection<String> nodes) {
    for (String node : nodes) {
      audit.note(RequestId.random(), STARTED_WITHOUT, 1, "node " + node);
    }
  }
}
