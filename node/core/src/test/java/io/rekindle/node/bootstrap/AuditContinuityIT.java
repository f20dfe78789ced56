package io.rekindle.node.bootstrap;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.rekindle.node.cluster.SliceCalls;
import io.rekindle.node.cluster.SliceCalls.Lane;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.storage.row.AuditBlockKey;
import io.rekindle.node.storage.row.CacheName;
import io.rekindle.node.storage.row.Caches;
import io.rekindle.v1.AuditRecord;
import io.rekindle.v1.NodeAudit;
import io.rekindle.v1.VerifyAuditResponse;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteCache;
import org.apache.ignite.Ignition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Three whole nodes: one that is asked verifies the chains of all. */
@TestMethodOrder(OrderAnnotation.class)
@Timeout(300)
class AuditContinuityIT {
  private static final int NODES = 3;
  private static final String OPERATION = "audit.verify";

  /** Within the sealed preamble: behind the header of the file, and that of the first frame. */
  private static final int WITHIN_FIRST_FRAME = 33 + 8 + 20;

  @TempDir static Path folder;

  private static final List<TestNode> nodes = new ArrayList<>();
  private static Tenancy tenancy;

  @BeforeAll
  static void start() throws IOException {
    List<Path> folders = folders();
    List<CompletableFuture<TestNode>> starts =
        folders.stream()
            .map(
                data ->
                    CompletableFuture.supplyAsync(
                        () -> TestNode.start(data, InstantSource.system(), () -> 1L << 40),
                        task -> Thread.ofPlatform().daemon().start(task)))
            .toList();
    starts.forEach(node -> nodes.add(node.join()));
    Path adminKey =
        folders.stream()
            .map(it -> it.resolve(FirstAdminKey.FILE))
            .filter(Files::exists)
            .findFirst()
            .orElseThrow();
    tenancy =
        new Tenancy(
            nodes.getFirst().port(), nodes.getFirst().folder(), Files.readString(adminKey).strip());
  }

  private static List<Path> folders() throws IOException {
    List<ServerSocket> sockets = new ArrayList<>();
    for (int i = 0; i < NODES; i++) {
      sockets.add(new ServerSocket(0));
    }
    List<Integer> ports = sockets.stream().map(ServerSocket::getLocalPort).toList();
    for (ServerSocket socket : sockets) {
      socket.close();
    }
    List<Path> folders = new ArrayList<>();
    for (int i = 0; i < NODES; i++) {
      Map<String, String> own = new HashMap<>(TestNode.properties());
      own.put("rekindle.ignite.discovery-port", ports.get(i).toString());
      own.put("rekindle.ignite.backups", "1");
      own.put("rekindle.cluster.initial-nodes", i == 0 ? "" + NODES : "0");
      own.put(
          "rekindle.cluster.addresses",
          String.join(",", ports.stream().map(port -> "127.0.0.1:" + port).toList()));
      own.put("rekindle.audit.verify-max", "PT10S");
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
    tenancy.close();
    nodes.forEach(TestNode::close);
  }

  private static String id(int node) {
    return nodes.get(node).shell().nodeId();
  }

  private static Ignite ignite(int node) {
    return Ignition.ignite("rekindle-" + id(node));
  }

  private static NodeAudit of(int node, VerifyAuditResponse verified) {
    return verified.getNodesList().stream()
        .filter(it -> it.getNodeId().equals(id(node)))
        .findFirst()
        .orElseThrow();
  }

  private static void assertWhole(NodeAudit chain) {
    assertThat(chain.getProblemsList()).isEmpty();
    assertThat(chain.getLastSequence()).isPositive();
    assertThat(chain.getFirstSequence()).isEqualTo(1);
    assertThat(chain.getRecords() + chain.getHeartbeats() + chain.getLists())
        .isEqualTo(chain.getLastSequence());
  }

  @Test
  @Order(1)
  void oneCallVerifiesTheChainsOfAllNodesAndLeavesOneRecord() {
    long before = reads(tenancy.records("")).size();
    VerifyAuditResponse verified = tenancy.verify("");
    assertThat(verified.getNodesList()).hasSize(NODES);
    assertThat(verified.getNodes(0).getNodeId()).isEqualTo(id(0));
    for (int node = 0; node < NODES; node++) {
      NodeAudit chain = of(node, verified);
      assertWhole(chain);
      assertThat(chain.getTailSeen()).isTrue();
      assertThat(chain.getUnseenReason()).isEmpty();
    }
    assertThat(verified.getLastSequence()).isEqualTo(verified.getNodes(0).getLastSequence());
    assertThat(verified.getProblemsList()).isEmpty();
    // The list before, the verification, the list that shows them does not show itself.
    assertThat(reads(tenancy.records("")).size() - before).isEqualTo(2);
    assertThat(reads(tenancy.records(id(1)))).isEmpty();
  }

  private static List<AuditRecord> reads(List<AuditRecord> records) {
    return records.stream().filter(it -> it.getKind().equals("read")).toList();
  }

  @Test
  @Order(2)
  void aNamedNodeIsVerifiedAloneAndByItself() {
    VerifyAuditResponse verified = tenancy.verify(id(1));
    assertThat(verified.getNodesList()).hasSize(1);
    assertWhole(of(1, verified));
    assertThat(of(1, verified).getTailSeen()).isTrue();
    assertThat(verified.getLastSequence()).isEqualTo(of(1, verified).getLastSequence());
  }

  @Test
  @Order(3)
  void aDamagedBlockOfAnotherNodeIsFound() {
    IgniteCache<AuditBlockKey, byte[]> blocks = Caches.cache(ignite(0), CacheName.AUDIT_BLOCK);
    AuditBlockKey key = new AuditBlockKey(UUID.fromString(id(1)), 1);
    byte[] good = requireNonNull(blocks.get(key));
    byte[] damaged = good.clone();
    damaged[damaged.length / 2] ^= 1;
    blocks.put(key, damaged);
    try {
      VerifyAuditResponse verified = tenancy.verify("");
      assertThat(of(1, verified).getProblemsList())
          .anyMatch(problem -> problem.startsWith("block 1 does not open"));
      assertWhole(of(0, verified));
      assertWhole(of(2, verified));
    } finally {
      blocks.put(key, good);
    }
    assertWhole(of(1, tenancy.verify("")));
  }

  /** Nobody but that node could see it. */
  @Test
  @Order(4)
  void aDamagedTailOnTheDiskOfAnotherNodeIsFound() throws IOException {
    Path tail;
    try (Stream<Path> files = Files.list(nodes.get(1).folder().resolve("audit"))) {
      tail =
          files
              .filter(it -> it.getFileName().toString().startsWith("tail-"))
              .min(Path::compareTo)
              .orElseThrow();
    }
    flip(tail);
    try {
      VerifyAuditResponse verified = tenancy.verify("");
      assertThat(of(1, verified).getProblemsList())
          .anyMatch(problem -> problem.contains("tail file") && problem.contains("altered"));
      assertThat(of(1, verified).getTailSeen()).isTrue();
      assertThat(verified.getProblemsList()).isEmpty();
    } finally {
      flip(tail);
    }
    assertWhole(of(1, tenancy.verify("")));
  }

  private static void flip(Path file) throws IOException {
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      bytes.seek(WITHIN_FIRST_FRAME);
      int before = bytes.read();
      bytes.seek(WITHIN_FIRST_FRAME);
      bytes.write(before ^ 1);
    }
  }

  @Test
  @Order(5)
  void nobodyIsVerifiedForWithoutAPass() {
    SliceCalls calls = SliceCalls.of(ignite(0));
    assertThatExceptionOfType(RekindleException.class)
        .isThrownBy(
            () ->
                calls.call(
                    Lane.LONG,
                    ignite(1).cluster().localNode(),
                    OPERATION,
                    new byte[200],
                    Duration.ofSeconds(30)))
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.PERMISSION_DENIED));
  }

  @Test
  @Order(6)
  void ofANodeThatDoesNotAnswerInTimeTheBlocksAreVerified() throws Exception {
    CountDownLatch held = new CountDownLatch(2);
    CountDownLatch release = new CountDownLatch(1);
    SliceCalls.of(ignite(1))
        .register(
            "hold",
            body -> {
              held.countDown();
              try {
                release.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              return body;
            });
    List<CompletableFuture<byte[]>> holds = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      holds.add(
          CompletableFuture.supplyAsync(
              () ->
                  SliceCalls.of(ignite(0))
                      .call(
                          Lane.LONG,
                          ignite(1).cluster().localNode(),
                          "hold",
                          new byte[0],
                          Duration.ofMinutes(4)),
              task -> Thread.ofPlatform().daemon().start(task)));
    }
    held.await();
    VerifyAuditResponse verified = tenancy.verify("");
    release.countDown();
    holds.forEach(CompletableFuture::join);
    assertWhole(of(1, verified));
    assertThat(of(1, verified).getTailSeen()).isFalse();
    assertThat(of(1, verified).getUnseenReason()).contains("rekindle.audit.verify-max");
    assertThat(of(2, verified).getTailSeen()).isTrue();
  }

  @Test
  @Order(7)
  void ofANodeThatIsNotThereTheBlocksAreVerifiedAndItsTailIsNotSeen() {
    String gone = id(2);
    nodes.get(2).close();
    VerifyAuditResponse verified = tenancy.verify("");
    assertThat(verified.getNodesList()).hasSize(NODES);
    assertWhole(of(2, verified));
    assertThat(of(2, verified).getTailSeen()).isFalse();
    assertThat(of(2, verified).getUnseenReason()).isEqualTo("the node is not there");
    assertThat(of(1, verified).getTailSeen()).isTrue();
    assertThat(tenancy.verify(gone).getNodes(0).getTailSeen()).isFalse();

    IgniteCache<AuditBlockKey, byte[]> blocks = Caches.cache(ignite(0), CacheName.AUDIT_BLOCK);
    AuditBlockKey key = new AuditBlockKey(UUID.fromString(gone), 1);
    byte[] damaged = requireNonNull(blocks.get(key));
    damaged[damaged.length / 2] ^= 1;
    blocks.put(key, damaged);
    assertThat(of(2, tenancy.verify("")).getProblemsList())
        .anyMatch(problem -> problem.startsWith("block 1 does not open"));
  }
}
