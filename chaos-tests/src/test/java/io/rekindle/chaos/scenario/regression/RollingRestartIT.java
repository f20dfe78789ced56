package io.rekindle.chaos.scenario.regression;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.chaos.cluster.ChaosNode;
import io.rekindle.chaos.cluster.Cluster;
import io.rekindle.chaos.cluster.ClusterSpec;
import io.rekindle.chaos.cluster.Distribution;
import io.rekindle.chaos.traffic.SteadyClient;
import io.rekindle.chaos.traffic.Tenant;
import io.rekindle.client.RekindleClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Each of three nodes is stopped and started, one after the other, as for an upgrade. A client that
 * was given all of them is not refused anything: what a node that goes no longer takes, the client
 * repeats by the next one.
 */
@Timeout(600) // So that what waits for ever ends the build.
class RollingRestartIT {
  private static final Duration DEADLINE = Duration.ofSeconds(30);
  private static final int CLIENTS = 2;

  private final Path below =
      Path.of(System.getProperty("chaos.folder"), "rolling-" + System.nanoTime()).toAbsolutePath();

  @Test
  void noRequestFailsWhileOneNodeAfterTheOtherIsRestarted() {
    try (Cluster cluster = Cluster.prepare(Distribution.built(), below, ClusterSpec.of(3, 1))) {
      cluster.start();
      Tenant tenant;
      try (RekindleClient administrator = cluster.administrator()) {
        tenant = Tenant.make(administrator).getFirst();
      }
      List<SteadyClient> clients = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        clients.add(SteadyClient.start(cluster.connectToAll(tenant.apiKey(), DEADLINE), tenant, i));
      }
      for (ChaosNode node : cluster.nodes()) {
        assertThat(node.stop()).as("of node %d on SIGTERM", node.number()).isZero();
        long answered = clients.stream().mapToLong(SteadyClient::answered).sum();
        cluster.bringBack(List.of(node));
        assertThat(clients.stream().mapToLong(SteadyClient::answered).sum())
            .as("answered while node %d was away", node.number())
            .isGreaterThan(answered);
      }
      for (SteadyClient client : clients) {
        client.close();
        assertThat(client.failures()).isEmpty();
      }
    }
  }
}
