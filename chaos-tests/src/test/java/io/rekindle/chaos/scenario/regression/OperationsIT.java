package io.rekindle.chaos.scenario.regression;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.chaos.cluster.ChaosNode;
import io.rekindle.chaos.cluster.Cluster;
import io.rekindle.chaos.cluster.ClusterSpec;
import io.rekindle.chaos.cluster.Distribution;
import io.rekindle.chaos.traffic.SteadyClient;
import io.rekindle.chaos.traffic.Tenant;
import io.rekindle.client.RekindleClient;
import io.rekindle.v1.ChangeBaselineRequest;
import io.rekindle.v1.Node;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/**
 * What operators do to three nodes while they are asked. A client that was given all of them is not
 * refused anything: what a node that goes no longer takes, the client repeats by the next one.
 */
@Timeout(600) // So that what waits for ever ends the build.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OperationsIT {
  private static final Duration DEADLINE = Duration.ofSeconds(30);

  private Cluster cluster;
  private String adminKey;
  private Tenant tenant;
  private List<SteadyClient> clients = List.of();

  @BeforeAll
  void start() {
    Path below = Path.of(System.getProperty("chaos.folder"), "operations-" + System.nanoTime());
    cluster = Cluster.prepare(Distribution.built(), below.toAbsolutePath(), ClusterSpec.of(3, 1));
    cluster.start();
    adminKey = cluster.adminKey();
    try (RekindleClient administrator = cluster.administrator()) {
      tenant = Tenant.make(administrator).getFirst();
    }
  }

  @BeforeEach
  void ask(TestInfo test) {
    clients = List.of(client(test, "one"), client(test, "two"));
  }

  private SteadyClient client(TestInfo test, String name) {
    return SteadyClient.start(
        cluster.connectToAll(tenant.apiKey(), DEADLINE),
        tenant,
        test.getTestMethod().orElseThrow().getName() + "-" + name);
  }

  @AfterEach
  void end() {
    clients.forEach(SteadyClient::close);
  }

  @AfterAll
  void stop() {
    cluster.close();
  }

  @Test
  void noRequestFailsWhileOneNodeAfterTheOtherIsRestarted() {
    for (ChaosNode node : cluster.nodes()) {
      assertThat(node.stop()).as("of node %d on SIGTERM", node.number()).isZero();
      long answered = answered();
      cluster.bringBack(List.of(node));
      assertThat(answered()).as("while node %d was away", node.number()).isGreaterThan(answered);
    }
    assertThatAllWasDone();
  }

  @Test
  void aNodeWhoseDiskIsGoneIsReplacedByOneWithAnEmptyDisk() {
    ChaosNode lost = cluster.nodes().getLast();
    try (RekindleClient administrator = cluster.connectToAll(adminKey, DEADLINE)) {
      cluster.replaceDisk(lost);
      lost.start();
      List<Node> known = administrator.cluster().listNodes().execute().getNodesList();
      assertThat(known).hasSize(4);
      administrator
          .cluster()
          .changeBaseline(
              ChangeBaselineRequest.newBuilder()
                  .addAllAddNodeIds(ids(known, true, false))
                  .addAllRemoveNodeIds(ids(known, false, true))
                  .build())
          .execute();
      cluster.settle();
      assertThat(administrator.cluster().listNodes().execute().getNodesList())
          .hasSize(3)
          .allMatch(node -> node.getOnline() && node.getInBaseline());
    }
    assertThatAllWasDone();
  }

  private static List<String> ids(List<Node> nodes, boolean online, boolean inBaseline) {
    return nodes.stream()
        .filter(node -> node.getOnline() == online && node.getInBaseline() == inBaseline)
        .map(Node::getNodeId)
        .toList();
  }

  private long answered() {
    return clients.stream().mapToLong(SteadyClient::answered).sum();
  }

  private void assertThatAllWasDone() {
    for (SteadyClient client : clients) {
      client.stop();
      assertThat(client.failures()).isEmpty();
      assertThat(client.rereadAll()).as("stored, and not read again").isEmpty();
    }
  }
}
