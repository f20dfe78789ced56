package io.rekindle.node.model;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a node of the cluster says of itself.
 *
 * @param nodeId the stable one, of its data folder
 * @param facts in the order to be read in; none when it did not answer in time
 */
public record NodeReport(String nodeId, Map<String, String> facts) {
  public NodeReport {
    facts = Collections.unmodifiableMap(new LinkedHashMap<>(facts));
  }

  /** Whether it answered. */
  public boolean answered() {
    return !facts.isEmpty();
  }
}
