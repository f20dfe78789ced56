package io.rekindle.node.bootstrap;

import static io.rekindle.node.endpoint.grpc.GrpcTestDoor.call;
import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.cluster.FreePort;
import io.rekindle.node.endpoint.grpc.GrpcTestDoor;
import io.rekindle.node.storage.MovableClock;
import io.rekindle.v1.AuditRecord;
import io.rekindle.v1.ClusterServiceGrpc;
import io.rekindle.v1.GetStatusRequest;
import io.rekindle.v1.GetStatusResponse;
import io.rekindle.v1.NodeStatus;
import io.rekindle.v1.StatusProblem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three whole nodes, one of which gets into trouble: the status of another one, and the metrics,
 * say what it is. There is one copy of each partition, so that a lost node has lost some.
 */
@TestMethodOrder(OrderAnnotation.class)
@Timeout(300)
class StatusIT {
  private static final int NODES = 3;
  private static final long MUCH = 1L << 40;
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  @TempDir static Path folder;

  private static final List<TestNode> nodes = new ArrayList<>();
  private static final MovableClock clock = new MovableClock();
  private static final AtomicLong disk = new AtomicLong(MUCH);
  private static GrpcTestDoor door;
  private static String adminKey = "";
  private static ClusterServiceGrpc.ClusterServiceBlockingStub cluster;

  @BeforeAll
  static void start() throws IOException {
    List<Path> folders = folders();
    List<CompletableFuture<TestNode>> starts = new ArrayList<>();
    for (int i = 0; i < NODES; i++) {
      int node = i;
      starts.add(
          CompletableFuture.supplyAsync(
              () -> begin(folders.get(node), node == NODES - 1),
              task -> Thread.ofPlatform().daemon().start(task)));
    }
    starts.forEach(node -> nodes.add(node.join()));
    TestNode first = nodes.getFirst();
    adminKey =
        Files.readString(
                folders.stream()
                    .map(it -> it.resolve(FirstAdminKey.FILE))
                    .filter(Files::exists)
                    .findFirst()
                    .orElseThrow())
            .strip();
    door = new GrpcTestDoor(first);
    cluster = ClusterServiceGrpc.newBlockingStub(door.channel(adminKey));
  }

  /** The last one has a clock and a disk that can be moved. */
  private static TestNode begin(Path data, boolean movable) {
    return movable
        ? TestNode.start(data, clock, disk::get)
        : TestNode.start(data, java.time.InstantSource.system(), () -> MUCH);
  }

  private static List<Path> folders() throws IOException {
    List<Integer> ports = FreePort.several("127.0.0.1", NODES);
    List<Path> folders = new ArrayList<>();
    for (int i = 0; i < NODES; i++) {
      Map<String, String> own = new HashMap<>();
      own.put("rekindle.door.port", "0");
      own.put("rekindle.ignite.discovery-port", ports.get(i).toString());
      own.put("rekindle.ignite.backups", "0");
      own.put("rekindle.cluster.initial-nodes", i == 0 ? "" + NODES : "0");
      own.put(
          "rekindle.cluster.addresses",
          String.join(",", ports.stream().map(port -> "127.0.0.1:" + port).toList()));
      own.put(
          "rekindle.embedding.native-folder",
          Path.of("target/natives").toAbsolutePath().toString());
      Path data = folder.resolve("" + i);
      if (i == 0) {
        NodeInit.create(data, List.of(), own);
      } else {
        NodeInit.join(data, folders.getFirst(), List.of(), own);
      }
      folders.add(data);
    }
    return folders;
  }

  @AfterAll
  static void stop() {
    door.close();
    nodes.forEach(TestNode::close);
  }

  private static GetStatusResponse status() {
    return call(() -> cluster.getStatus(GetStatusRequest.getDefaultInstance()));
  }

  /** The id of the node in trouble. */
  private static String last() {
    return nodes.getLast().shell().nodeId();
  }

  private static Optional<StatusProblem> problem(String code) {
    return status().getProblemsList().stream().filter(it -> it.getCode().equals(code)).findFirst();
  }

  private static double metric(TestNode node, String name) {
    return node.shell()
        .metrics()
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
        .findFirst()
        .orElseThrow();
  }

  private static void await(BooleanSupplier condition) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("it did not come so far: " + status());
      }
      try {
        Thread.sleep(200);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  @Test
  @Order(1)
  void nothingIsWrongAtFirst() {
    await(() -> status().getProblemsCount() == 0);
    assertThat(status().getNodesList())
        .hasSize(NODES)
        .allMatch(NodeStatus::getAnswered)
        .allMatch(node -> node.getFactsCount() > 20);
    assertThat(metric(nodes.getFirst(), "rekindle_nodes_online")).isEqualTo(NODES);
    assertThat(metric(nodes.getFirst(), "rekindle_majority")).isEqualTo(1);
    assertThat(metric(nodes.getFirst(), "rekindle_partitions_short")).isZero();
  }

  @Test
  @Order(2)
  void aClockThatIsOffIsSaidToBeThatOfItsNode() {
    clock.advance(Duration.ofMillis(800));
    await(() -> problem("clock").isPresent());
    assertThat(problem("clock").orElseThrow().getNodeId()).isEqualTo(last());
    assertThat(status().getProblemsList())
        .filteredOn(it -> it.getCode().equals("clock"))
        .hasSize(1);
    assertThat(metric(nodes.getLast(), "rekindle_clock_difference_seconds")).isLessThan(-0.5);
    assertThat(metric(nodes.getFirst(), "rekindle_clock_difference_seconds")).isBetween(-0.3, 0.3);
    clock.advance(Duration.ofMillis(-800));
    await(() -> problem("clock").isEmpty());
  }

  @Test
  @Order(3)
  void aFullDiskIsSaidToBeThatOfItsNode() {
    disk.set(1);
    await(() -> problem("disk-reserve").isPresent());
    assertThat(problem("disk-reserve").orElseThrow())
        .satisfies(it -> assertThat(it.getNodeId()).isEqualTo(last()))
        .satisfies(it -> assertThat(it.getText()).contains("refuses stores"));
    assertThat(metric(nodes.getLast(), "rekindle_disk_free_bytes"))
        .isLessThan(metric(nodes.getLast(), "rekindle_disk_reserve_bytes"));
    disk.set(MUCH);
    await(() -> problem("disk-reserve").isEmpty());
  }

  @Test
  @Order(4)
  void aLostNodeIsAwayAndWhatOnlyItHadIsLost() {
    String away = last();
    nodes.getLast().shell().haltEngine();
    await(() -> problem("node-away").isPresent() && problem("partitions-lost").isPresent());
    assertThat(problem("node-away").orElseThrow())
        .satisfies(it -> assertThat(it.getNodeId()).isEqualTo(away))
        .satisfies(it -> assertThat(it.getText()).contains(" since 20", "./rekindle node start"));
    assertThat(problem("partitions-lost").orElseThrow().getText())
        .contains("start the nodes that are away");
    assertThat(problem("copies-missing")).isPresent();
    assertThat(metric(nodes.getFirst(), "rekindle_nodes_away")).isEqualTo(1);
    assertThat(metric(nodes.getFirst(), "rekindle_nodes_online")).isEqualTo(NODES - 1);
    assertThat(metric(nodes.getFirst(), "rekindle_partitions_lost")).isPositive();
    assertThat(metric(nodes.getFirst(), "rekindle_partitions_short")).isPositive();
  }

  @Test
  @Order(5)
  void whatIsLostIsServedAgainWhenItsNodeIsBack() {
    nodes.getLast().shell().startEngine();
    await(() -> status().getProblemsCount() == 0);
    assertThat(metric(nodes.getFirst(), "rekindle_partitions_lost")).isZero();
    List<AuditRecord> records = new ArrayList<>();
    for (TestNode node : nodes) {
      try (Tenancy tenancy = new Tenancy(node.port(), node.folder(), adminKey)) {
        records.addAll(tenancy.records(""));
      }
    }
    assertThat(records)
        .filteredOn(record -> record.getAction().equals(ClusterRecords.RESET))
        .as("by the node that decided it")
        .singleElement()
        .satisfies(record -> assertThat(record.getMemoryCount()).isPositive());
  }
}
