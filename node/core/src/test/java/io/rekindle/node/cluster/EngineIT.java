package io.rekindle.node.cluster;

import static io.rekindle.node.cluster.TlsProbe.Answer.LET_IN;
import static io.rekindle.node.cluster.TlsProbe.Answer.REFUSED;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.common.primitives.Bytes;
import io.rekindle.node.error.StartRefusedException;
import io.rekindle.node.keyring.GroupKeyCipher;
import io.rekindle.node.keyring.TestClusterKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteCache;
import org.apache.ignite.IgniteCheckedException;
import org.apache.ignite.IgniteException;
import org.apache.ignite.IgniteSystemProperties;
import org.apache.ignite.cache.affinity.rendezvous.RendezvousAffinityFunction;
import org.apache.ignite.cache.query.SqlFieldsQuery;
import org.apache.ignite.configuration.CacheConfiguration;
import org.apache.ignite.configuration.IgniteConfiguration;
import org.apache.ignite.internal.IgniteEx;
import org.apache.ignite.internal.processors.cache.persistence.CheckpointState;
import org.apache.ignite.spi.discovery.tcp.internal.TcpDiscoveryNode;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** The engine as it is configured, over a real folder; one engine for all tests, in their order. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class EngineIT {
  private static final String CANARY = "canary-of-the-first-row-in-a-page-";
  private static final int ROWS = 500;
  private static final String CHANGE_AT_START =
      IgniteSystemProperties.IGNITE_MASTER_KEY_NAME_TO_CHANGE_BEFORE_STARTUP;

  @TempDir static Path folder;

  private static TestEngine engine;
  private static RunningIgnite running;

  private static Set<String> openBefore = Set.of();

  @BeforeAll
  static void start() throws IOException {
    openBefore = ListenSockets.ofThisProcess();
    engine = TestEngine.open(folder, Map.of());
    running = startEngine();
  }

  @AfterAll
  static void stop() {
    running.close();
    engine.close();
  }

  private static RunningIgnite startEngine() {
    RunningIgnite started = engine.start();
    started.ignite().getOrCreateCache(memories());
    return started;
  }

  static CacheConfiguration<String, String> memories() {
    return new CacheConfiguration<String, String>("memory")
        .setEncryptionEnabled(true)
        .setAffinity(new RendezvousAffinityFunction(false, 32));
  }

  @Test
  @Order(1)
  void whatWasAcknowledgedIsThereAfterTheEngineWasHalted() {
    IgniteCache<String, String> cache = running.ignite().cache("memory");
    for (int row = 0; row < ROWS; row++) {
      cache.put(CANARY + row, CANARY + "value-" + row);
    }
    running.halt();
    running = startEngine();
    IgniteCache<String, String> again = running.ignite().cache("memory");
    for (int row = 0; row < ROWS; row++) {
      assertThat(again.get(CANARY + row)).isEqualTo(CANARY + "value-" + row);
    }
  }

  @Test
  @Order(2)
  void nothingWrittenLiesInClearInTheFolder() throws Exception {
    checkpoint();
    assertThat(filesWith(CANARY)).isEmpty();
  }

  @Test
  @Order(3)
  void onlyDiscoveryAndCommunicationListenAndOnLoopback() throws Exception {
    // Other tests of the module may have a node of their own in this process.
    Set<String> opened = ListenSockets.ofThisProcess();
    opened.removeAll(openBefore);
    assertThat(opened)
        .containsExactlyInAnyOrder(
            ListenSockets.loopback(discoveryPort()), ListenSockets.loopback(communicationPort()));
  }

  @Test
  @Order(4)
  void aPeerWithACertificateOfTheNodeCaIsLetIn() throws Exception {
    for (int port : ports()) {
      assertThat(TlsProbe.right(port, engine.tls().nodeKeyManagers())).isEqualTo(LET_IN);
      assertThat(TlsProbe.right(port, TestPeers.of(folder).right())).isEqualTo(LET_IN);
    }
  }

  @Test
  @Order(5)
  void everyOtherPeerIsRefused() throws Exception {
    TestPeers peers = TestPeers.of(folder);
    for (int port : ports()) {
      assertThat(TlsProbe.tls(port, "TLSv1.2", peers.right())).isEqualTo(REFUSED);
      assertThat(TlsProbe.tls(port, "TLSv1.3", peers.none())).as("none").isEqualTo(REFUSED);
      assertThat(TlsProbe.tls(port, "TLSv1.3", peers.foreign())).as("foreign").isEqualTo(REFUSED);
      assertThat(TlsProbe.tls(port, "TLSv1.3", peers.expired())).as("expired").isEqualTo(REFUSED);
      assertThat(TlsProbe.tls(port, "TLSv1.3", peers.serverOnly()))
          .as("not for clients")
          .isEqualTo(REFUSED);
      assertThat(TlsProbe.tls(port, "TLSv1.3", peers.clientOnly()))
          .as("for clients alone")
          .isEqualTo(REFUSED);
      assertThat(TlsProbe.tls(port, "TLSv1.3", peers.otherCluster()))
          .as("of another cluster")
          .isEqualTo(REFUSED);
      assertThat(TlsProbe.plaintext(port, new byte[] {0, 0, 0x47, 0x47, 0, 0, 0, 1, 2, 3}))
          .as("plaintext")
          .isEqualTo(REFUSED);
    }
  }

  @Test
  @Order(6)
  void aCacheInClearIsRefusedBeforeAndAfterTheStart() throws Exception {
    CacheConfiguration<String, String> clear = new CacheConfiguration<>("clear");
    assertThatExceptionOfType(StartRefusedException.class)
        .isThrownBy(() -> engine.start(memories(), clear))
        .withMessage("These caches are not encrypted: clear.");
    Ignite ignite = running.ignite();
    ignite.createCache(clear).put("key", "what-a-scan-would-find");
    assertThatExceptionOfType(StartRefusedException.class)
        .isThrownBy(() -> EncryptedCachesCheck.check(ignite))
        .withMessage("These caches are not encrypted: clear.");
    // The scan that found no canary finds what does lie in clear.
    assertThat(filesWith("what-a-scan-would-find")).isNotEmpty();
    ignite.destroyCache("clear");
    EncryptedCachesCheck.check(ignite);
  }

  @Test
  @Order(7)
  void queriesOfCallersAreShownToNobody() {
    assertThatException()
        .isThrownBy(
            () ->
                running
                    .ignite()
                    .cache("memory")
                    .query(new SqlFieldsQuery("SELECT * FROM SYS.SQL_QUERIES"))
                    .getAll());
  }

  @Test
  @Order(8)
  void anotherPageKeyOpensNothing() {
    running.close();
    IgniteConfiguration wrong = engine.configuration(null);
    wrong.setEncryptionSpi(new XaesEncryptionSpi(new GroupKeyCipher(TestClusterKey.of(1))));
    assertThatExceptionOfType(StartRefusedException.class)
        .isThrownBy(() -> RunningIgnite.start(wrong))
        .withMessageContaining("wrapped by another cluster key");
    running = startEngine();
    assertThat(running.ignite().cache("memory").get(CANARY + 0)).isEqualTo(CANARY + "value-0");
  }

  /** Its own change of the master key loses what was acknowledged. */
  @Test
  @Order(9)
  void ignitesMasterKeyIsChangedByNobody() {
    assertThatExceptionOfType(IgniteException.class)
        .isThrownBy(() -> running.ignite().encryption().changeMasterKey("another").get())
        .withMessageContaining("Master key change was rejected");
    running.close();
    System.setProperty(CHANGE_AT_START, "another");
    try {
      assertThatException()
          .isThrownBy(() -> RunningIgnite.start(engine.configuration(null, memories())))
          .withStackTraceContaining("Ignite's master key is never changed here");
    } finally {
      System.clearProperty(CHANGE_AT_START);
    }
    running = startEngine();
    assertThat(running.ignite().cache("memory").get(CANARY + 0)).isEqualTo(CANARY + "value-0");
  }

  private static void checkpoint() throws IgniteCheckedException {
    var database = ((IgniteEx) running.ignite()).context().cache().context().database();
    requireNonNull(database.forceCheckpoint("test")).futureFor(CheckpointState.FINISHED).get();
  }

  private static List<Path> filesWith(String text) throws IOException {
    byte[] wanted = text.getBytes(StandardCharsets.UTF_8);
    List<Path> found = new ArrayList<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if (Bytes.indexOf(Files.readAllBytes(file), wanted) >= 0) {
          found.add(file);
        }
      }
    }
    return found;
  }

  private static int[] ports() {
    return new int[] {discoveryPort(), communicationPort()};
  }

  private static int discoveryPort() {
    return ((TcpDiscoveryNode) running.ignite().cluster().localNode()).discoveryPort();
  }

  private static int communicationPort() {
    Integer port =
        running.ignite().cluster().localNode().attribute("TcpCommunicationSpi.comm.tcp.port");
    return requireNonNull(port);
  }
}
