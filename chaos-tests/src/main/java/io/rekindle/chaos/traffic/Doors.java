package io.rekindle.chaos.traffic;

import io.rekindle.chaos.cluster.ChaosNode;
import io.rekindle.client.RekindleClient;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One client's way to the nodes: it stays at one for some calls, and goes on to the next; sooner
 * when that is away. So a node that was away is asked again.
 */
final class Doors implements AutoCloseable {
  private static final int CALLS_AT_ONE = 60;

  private final List<ChaosNode> nodes;
  private final String apiKey;
  private final Duration deadline;
  private int at;
  private int calls;
  private @Nullable RekindleClient open;

  Doors(List<ChaosNode> nodes, String apiKey, Duration deadline, int first) {
    this.nodes = nodes;
    this.apiKey = apiKey;
    this.deadline = deadline;
    this.at = first % nodes.size();
  }

  int node() {
    return nodes.get(at).number();
  }

  RekindleClient client() {
    RekindleClient client = open;
    if (client == null) {
      client = nodes.get(at).connect(apiKey, deadline);
      open = client;
    }
    return client;
  }

  /** Before a call: whether it is time for another node, and then connects to that. */
  void perhapsNext() {
    calls++;
    if (calls % CALLS_AT_ONE == 0 && nodes.size() > 1) {
      away();
    }
  }

  /** Connects anew: a connection that failed waits longer and longer before it tries again. */
  void away() {
    close();
    at = (at + 1) % nodes.size();
  }

  @Override
  public void close() {
    if (open != null) {
      open.close();
      open = null;
    }
  }
}
