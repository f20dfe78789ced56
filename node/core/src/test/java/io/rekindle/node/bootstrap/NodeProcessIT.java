package io.rekindle.node.bootstrap;

import static io.rekindle.node.bootstrap.ProcessFiles.modeOf;
import static io.rekindle.node.bootstrap.ProcessFiles.namesIn;
import static io.rekindle.node.cluster.TlsProbe.Answer.LET_IN;
import static io.rekindle.node.cluster.TlsProbe.Answer.REFUSED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.grpc.StatusRuntimeException;
import io.rekindle.node.cluster.ListenSockets;
import io.rekindle.node.cluster.TestPeers;
import io.rekindle.node.cluster.TlsProbe;
import io.rekindle.node.endpoint.grpc.GrpcTestDoor;
import io.rekindle.v1.ClusterServiceGrpc;
import io.rekindle.v1.WhoAmIRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a whole node, as a process, leaves on the disk and offers to the network; one folder for all
 * tests, in their order.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class NodeProcessIT {
  private static final int TRIES_MAX = 300;
  private static final int PAUSE_MILLIS = 100;

  /** Checkpoints come by themselves, soon. */
  private static final Map<String, String> SETTINGS =
      Map.of("rekindle.ignite.checkpoint-interval", "PT1S", "rekindle.audit.heartbeat", "PT1S");

  private static final Path SYSTEM_TEMPORARY = Path.of("/tmp");

  private static final Canaries canaries = new Canaries();

  @TempDir static Path parent;

  private static Instant begun = Instant.EPOCH;
  private static Path folder = Path.of("");
  private static NodeChild node;

  @BeforeAll
  static void start() throws IOException {
    assumeTrue(Files.isDirectory(Path.of("/proc/self/fd")), "needs /proc, so Linux");
    // As coarse as the time of a file may be.
    begun = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    folder = TestNode.init(parent.resolve("data"));
    Path left = Files.createDirectories(folder.resolve("tmp/left/behind")).resolve("file");
    Files.writeString(left, "by a process that was killed");
    node = NodeChild.start(folder, SETTINGS);
  }

  @AfterAll
  static void stop() {
    if (node != null) {
      node.close();
    }
  }

  @Test
  @Order(1)
  void whatAnEarlierProcessLeftInTheTemporaryFolderIsGone() {
    assertThat(folder.resolve("tmp/left")).doesNotExist();
  }

  @Test
  @Order(2)
  void nothingThatACallerSendsLiesInClearOnTheDiskOfAKilledNode() throws Exception {
    try (GrpcTestDoor door = door()) {
      CanaryRequests requests = new CanaryRequests(door, node.adminKey(), canaries, "first");
      canaries.add("API key", requests.apiKey().substring("rk_live_".length()));
      requests.send();
      new CanaryRefusals(door, requests, canaries).send();
      await(() -> requests.search().getHitsCount() > 0);
      long written = System.currentTimeMillis();
      await(() -> ProcessFiles.lastCheckpoint(folder) > written);
    }
    node.kill();
    assertNoCanaryOnTheDisk();
  }

  @Test
  @Order(3)
  void allThatIsNotPublicIsForItsOwnerAlone() throws Exception {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(path -> !isPublic(path)).toList()) {
        assertThat(modeOf(file))
            .as(file.toString())
            .isEqualTo(Files.isDirectory(file) ? "rwx------" : "rw-------");
      }
    }
  }

  @Test
  @Order(3)
  void theAdministratorsKeyLiesInItsFileAlone() throws Exception {
    Canaries secret = new Canaries();
    secret.add("administrator's key", node.adminKey());
    assertThat(secret.find(parent))
        .isNotEmpty()
        .allSatisfy(line -> assertThat(line).startsWith("admin.key: "));
    assertThat(modeOf(folder.resolve("admin.key"))).isEqualTo("rw-------");
  }

  @Test
  @Order(4)
  void onlyTheDeclaredSocketsListenAndEachRefusesWhoIsWrong() throws Exception {
    int discovery = freePort();
    int communication = freePort();
    restart(settingsWithPorts(discovery, communication));
    assertThat(ListenSockets.ofProcess(Long.toString(node.pid())))
        .containsExactlyInAnyOrder(
            ListenSockets.loopback(node.port()),
            ListenSockets.loopback(discovery),
            ListenSockets.loopback(communication));
    TestPeers peers = TestPeers.of(folder);
    for (int port : new int[] {node.port(), discovery, communication}) {
      for (int version : new int[] {0x0300, 0x0301, 0x0302, 0x0303}) {
        assertThat(TlsProbe.oldHello(port, version))
            .as("port %s, version %x", port, version)
            .isEqualTo(REFUSED);
      }
      assertThat(TlsProbe.tls(port, "TLSv1.2", peers.right())).as("TLS 1.2").isEqualTo(REFUSED);
      assertThat(TlsProbe.right(port, peers.right())).as("right").isEqualTo(LET_IN);
      for (String hello : List.of("GET / HTTP/1.1\r\nHost: x\r\n\r\n", "\0\0GG\0\0\0\1\2\3")) {
        assertThat(TlsProbe.plaintext(port, hello.getBytes(StandardCharsets.US_ASCII)))
            .as("plaintext at port %s", port)
            .isEqualTo(REFUSED);
      }
    }
    for (int port : new int[] {discovery, communication}) {
      assertThat(TlsProbe.tls(port, "TLSv1.3", peers.none())).as("none").isEqualTo(REFUSED);
      assertThat(TlsProbe.tls(port, "TLSv1.3", peers.foreign())).as("foreign").isEqualTo(REFUSED);
      assertThat(TlsProbe.tls(port, "TLSv1.3", peers.expired())).as("expired").isEqualTo(REFUSED);
      assertThat(TlsProbe.tls(port, "TLSv1.3", peers.serverOnly())).as("server").isEqualTo(REFUSED);
      assertThat(TlsProbe.tls(port, "TLSv1.3", peers.otherCluster()))
          .as("of another cluster")
          .isEqualTo(REFUSED);
    }
  }

  @Test
  @Order(5)
  void aClientThatTrustsAnotherCaDoesNotTalkToTheDoor() {
    try (GrpcTestDoor door =
        new GrpcTestDoor(node.port(), folder.resolve("tls").resolve("node-ca.crt"))) {
      var who = ClusterServiceGrpc.newBlockingStub(door.channel(node.adminKey()));
      assertThatExceptionOfType(StatusRuntimeException.class)
          .isThrownBy(() -> who.whoAmI(WhoAmIRequest.getDefaultInstance()))
          .withStackTraceContaining("SSLHandshakeException");
    }
  }

  @Test
  @Order(6)
  void whatTheProcessHasOpenLiesInItsFolderOrIsReadOnly() throws Exception {
    // ONNX Runtime makes a folder where the JDK makes temporary files.
    assertThat(namesIn(folder.resolve("tmp"))).anyMatch(name -> name.startsWith("onnxruntime"));
    assertThat(ProcessFiles.writableOutside(node.pid(), folder)).isEmpty();
    try (Stream<Path> shared = Files.find(SYSTEM_TEMPORARY, 2, (path, _) -> isOfNode(path))) {
      assertThat(shared).isEmpty();
    }
  }

  @Test
  @Order(7)
  void aCrashReportStaysInTheFolderAndHasNoContentAndThereIsNoCore() throws Exception {
    try (GrpcTestDoor door = door()) {
      CanaryRequests requests = new CanaryRequests(door, node.adminKey(), canaries, "again");
      requests.send();
      new CanaryRefusals(door, requests, canaries).send();
    }
    NodeChild.Ended ended = node.signal("SEGV");
    assertThat(ended.exitCode()).as("%s", ended.said()).isNotZero();
    Path report = folder.resolve("hs_err_" + node.pid() + ".log");
    assertThat(report).exists();
    assertThat(modeOf(report)).isEqualTo("rw-------");
    assertThat(node.workingFolder()).isEmptyDirectory();
    assertNoCanaryOnTheDisk();
  }

  @Test
  @Order(8)
  void anAbortOfANativeLibraryLeavesNoCore() throws Exception {
    assumeTrue(NodeChild.mayWriteCores(), "the hard limit of core files is 0: none could appear");
    restart(SETTINGS);
    NodeChild.Ended ended = node.signal("ABRT");
    assertThat(ended.exitCode()).isNotZero();
    assertThat(node.workingFolder()).isEmptyDirectory();
    assertThat(namesIn(folder)).noneMatch(name -> name.startsWith("core"));
  }

  private static void assertNoCanaryOnTheDisk() throws IOException {
    assertThat(canaries.find(parent)).isEmpty();
    assertThat(canaries.findChanged(SYSTEM_TEMPORARY, begun)).isEmpty();
  }

  /** Certificates, and the configuration as the operator made it. */
  private static boolean isPublic(Path path) {
    return path.toString().endsWith(".crt") || path.endsWith("node.properties");
  }

  /** The JVM puts its number into the names of what it makes there. */
  private static boolean isOfNode(Path path) {
    return path.getFileName().toString().matches(".*\\b(pid)?" + node.pid());
  }

  private static void restart(Map<String, String> settings) {
    node.close();
    node = NodeChild.start(folder, settings);
  }

  private static GrpcTestDoor door() {
    return new GrpcTestDoor(node.port(), folder.resolve("tls").resolve("server-ca.crt"));
  }

  private static Map<String, String> settingsWithPorts(int discovery, int communication) {
    Map<String, String> settings = new HashMap<>(SETTINGS);
    settings.put("rekindle.ignite.discovery-port", Integer.toString(discovery));
    settings.put("rekindle.ignite.communication-port", Integer.toString(communication));
    return settings;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** Bounded by tries, so that a node that never gets there fails the test. */
  private static void await(Callable<Boolean> condition) throws Exception {
    for (int i = 0; i < TRIES_MAX && !condition.call(); i++) {
      Thread.sleep(PAUSE_MILLIS);
    }
    assertThat(condition.call()).isTrue();
  }
}
