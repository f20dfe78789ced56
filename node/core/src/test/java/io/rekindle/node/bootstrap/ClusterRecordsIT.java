package io.rekindle.node.bootstrap;

import static io.rekindle.node.endpoint.grpc.GrpcTestDoor.call;
import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.cluster.FreePort;
import io.rekindle.node.cluster.SliceCalls;
import io.rekindle.node.config.NodeConfigLoader;
import io.rekindle.v1.AuditRecord;
import io.rekindle.v1.ClusterServiceGrpc;
import io.rekindle.v1.GetStatusRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.ignite.Ignite;
import org.apache.ignite.Ignition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What nodes do to their cluster without being asked is in their audits. */
@Timeout(300)
class ClusterRecordsIT {
  @TempDir Path parent;

  @Test
  void aStartWithoutANodeIsRecordedAndWarnedOfUntilItIsTakenOut() throws Exception {
    List<Integer> ports = FreePort.several("127.0.0.1", 2);
    List<Path> folders = List.of(parent.resolve("0"), parent.resolve("1"));
    NodeInit.create(folders.get(0), List.of(), properties(ports, 0));
    NodeInit.join(folders.get(1), folders.get(0), List.of(), properties(ports, 1));
    List<CompletableFuture<TestNode>> starts =
        folders.stream().map(ClusterRecordsIT::starting).toList();
    List<TestNode> nodes = new ArrayList<>();
    starts.forEach(start -> nodes.add(start.join()));
    String gone = nodes.get(1).shell().nodeId();
    String adminKey = "";
    for (Path folder : folders) {
      if (Files.exists(folder.resolve(FirstAdminKey.FILE))) {
        adminKey = Files.readString(folder.resolve(FirstAdminKey.FILE)).strip();
      }
    }
    nodes.forEach(TestNode::close);
    Files.writeString(
        folders.get(0).resolve(NodeConfigLoader.FILE),
        "rekindle.cluster.start-without=" + gone + "\n",
        StandardOpenOption.APPEND);

    try (TestNode node = TestNode.start(folders.get(0));
        Tenancy tenancy = new Tenancy(node.port(), node.folder(), adminKey)) {
      assertThat(tenancy.records(""))
          .filteredOn(record -> record.getAction().equals(ClusterRecords.STARTED_WITHOUT))
          .extracting(AuditRecord::getPeer)
          .containsExactly("node " + gone);
      assertThat(
              call(() ->
                      ClusterServiceGrpc.newBlockingStub(tenancy.admin())
                          .getStatus(GetStatusRequest.getDefaultInstance()))
                  .getProblemsList())
          .filteredOn(problem -> problem.getCode().equals("start-without"))
          .singleElement()
          .satisfies(problem -> assertThat(problem.getNodeId()).isEqualTo(node.shell().nodeId()))
          .satisfies(problem -> assertThat(problem.getText()).contains(gone));
    }
  }

  @Test
  void anEndToStartTogetherIsRecordedBeforeItComes() throws Exception {
    Path folder = parent.resolve("data");
    TestNode.init(folder);
    BlockingQueue<String> failures = new LinkedBlockingQueue<>();
    try (NodeShell shell =
        NodeShell.open(
            () -> NodeConfigLoader.load(folder, Map.of()), (kind, _) -> failures.add(kind))) {
      shell.startEngine();
      Ignite ignite = Ignition.ignite("rekindle-" + shell.nodeId());
      var _ =
          SliceCalls.of(ignite)
              .call(
                  ignite.cluster().localNode(),
                  ClusterPart.START_TOGETHER,
                  new byte[0],
                  Duration.ofSeconds(10));
      assertThat(failures.poll(20, TimeUnit.SECONDS)).isEqualTo(ClusterPart.START_TOGETHER);
      assertThat(failures).isEmpty();
      try (Tenancy tenancy =
          new Tenancy(
              shell.port(), folder, Files.readString(folder.resolve(FirstAdminKey.FILE)).strip())) {
        assertThat(tenancy.records(""))
            .extracting(AuditRecord::getAction)
            .contains(ClusterRecords.START_TOGETHER);
      }
    }
  }

  private static Map<String, String> properties(List<Integer> ports, int node) {
    Map<String, String> properties = new HashMap<>(TestNode.properties());
    properties.put("rekindle.ignite.discovery-port", ports.get(node).toString());
    properties.put("rekindle.ignite.backups", "1");
    properties.put("rekindle.cluster.initial-nodes", node == 0 ? "2" : "0");
    properties.put(
        "rekindle.cluster.addresses",
        "127.0.0.1:%d,127.0.0.1:%d".formatted(ports.get(0), ports.get(1)));
    return properties;
  }

  private static CompletableFuture<TestNode> starting(Path folder) {
    return CompletableFuture.supplyAsync(
        () -> TestNode.start(folder, InstantSource.system(), () -> 1L << 40),
        task -> Thread.ofPlatform().daemon().start(task));
  }
}
