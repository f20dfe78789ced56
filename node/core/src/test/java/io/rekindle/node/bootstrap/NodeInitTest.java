package io.rekindle.node.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.rekindle.node.cluster.NodeTls;
import io.rekindle.node.config.KeysConfig;
import io.rekindle.node.config.NodeConfig;
import io.rekindle.node.config.NodeConfigLoader;
import io.rekindle.node.error.StartRefusedException;
import io.rekindle.node.keyring.ClusterKey;
import io.rekindle.node.keyring.ClusterKeyFile;
import io.rekindle.node.kms.LocalKeyManagementService;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeInitTest {
  private static final Map<String, String> FIRST =
      Map.of("rekindle.ignite.discovery-port", "47500", "rekindle.ignite.backups", "2");

  @TempDir Path parent;

  private Path first;
  private Path second;

  @BeforeEach
  void makeTheFirst() throws IOException {
    first = parent.resolve("first");
    second = parent.resolve("second");
    NodeInit.create(first, List.of(), FIRST);
  }

  @Test
  void aSecondNodeHasTheClustersKeyAndCertificatesOfItsOwn() throws Exception {
    join(Map.of());

    assertThat(clusterId(second)).isEqualTo(clusterId(first));
    NodeTls ours = tls(second);
    NodeTls theirs = tls(first);
    X509Certificate node = ours.nodeChain().getFirst();
    assertThat(ours.nodeCas()).isEqualTo(theirs.nodeCas());
    node.verify(ours.nodeCas().getFirst().getPublicKey());
    assertThat(node.getSubjectX500Principal())
        .as("nodes of one cluster have one subject")
        .isEqualTo(theirs.nodeChain().getFirst().getSubjectX500Principal());
    assertThat(ours.nodeKey()).isNotEqualTo(theirs.nodeKey());
    assertThat(ours.serverKey()).content().isNotEqualTo(Files.readString(theirs.serverKey()));
    assertThat(second.resolve("tls/server-ca.crt"))
        .hasSameBinaryContentAs(first.resolve("tls/server-ca.crt"));
  }

  @Test
  void aProviderThatNobodyKnowsIsRefusedAndNothingIsMade() {
    assertThatExceptionOfType(StartRefusedException.class)
        .isThrownBy(
            () -> NodeInit.create(second, List.of(), Map.of("rekindle.keys.provider", "nobody")))
        .withMessage(
            "rekindle.keys.provider names an unknown provider; known are: local, switched.");
    assertThat(second).doesNotExist();
  }

  @Test
  void theDoorOfASecondNodeIsCalledByItsOwnNames() throws Exception {
    NodeInit.join(second, first, List.of("second.internal"), Map.of());

    assertThat(tls(second).nodeChain().getFirst().getSubjectAlternativeNames())
        .anyMatch(name -> name.contains("second.internal"));
  }

  @Test
  void theKeysOfTheCasStayWithTheFirst() throws Exception {
    join(Map.of());

    assertThat(ProcessFiles.namesIn(second.resolve("tls")))
        .containsExactlyInAnyOrder(
            "server-ca.crt", "server.crt", "server.key", "node-ca.crt", "node.crt", "node.key");
  }

  @Test
  void everySecretOfASecondNodeIsForItsOwnerAlone() throws Exception {
    join(Map.of());

    assertThat(ProcessFiles.modeOf(second)).isEqualTo("rwx------");
    try (Stream<Path> files = Files.walk(second)) {
      List<Path> keys = files.filter(NodeInitTest::isSecret).toList();
      assertThat(keys).hasSize(4);
      for (Path key : keys) {
        assertThat(ProcessFiles.modeOf(key)).as(key.toString()).isEqualTo("rw-------");
      }
    }
  }

  @Test
  void aSecondNodeLooksForTheFirstAndBeginsNoClusterOfItsOwn() throws Exception {
    join(Map.of("rekindle.ignite.discovery-port", "47501"));

    NodeConfig config = config(second);
    assertThat(config.cluster().addresses()).contains(List.of("127.0.0.1:47500"));
    assertThat(config.cluster().initialNodes()).isZero();
    assertThat(config.ignite().backups()).isEqualTo(2);
    assertThat(config.ignite().discoveryPort()).isEqualTo(47501);
  }

  @Test
  void aThirdNodeLooksForBothWhicheverItJoins() throws Exception {
    join(Map.of("rekindle.ignite.discovery-port", "47501"));
    Files.copy(first.resolve("tls/server-ca.key"), second.resolve("tls/server-ca.key"));
    Files.copy(first.resolve("tls/node-ca.key"), second.resolve("tls/node-ca.key"));
    Path third = parent.resolve("third");

    NodeInit.join(third, second, List.of(), Map.of());

    assertThat(config(third).cluster().addresses())
        .contains(List.of("127.0.0.1:47500", "127.0.0.1:47501"));
    assertThat(clusterId(third)).isEqualTo(clusterId(first));
  }

  @Test
  void aFirstNodeAtAnAddressOfVersionSixIsWrittenAsSuch() throws Exception {
    Path six = parent.resolve("six");
    NodeInit.create(
        six,
        List.of(),
        Map.of("rekindle.ignite.discovery-port", "47500", "rekindle.cluster.host", "::1"));

    NodeInit.join(second, six, List.of(), Map.of());

    assertThat(config(second).cluster().addresses()).contains(List.of("[::1]:47500"));
  }

  @Test
  void aFirstNodeThatNobodyCanFindIsRefused() throws Exception {
    Path hidden = parent.resolve("hidden");
    NodeInit.create(hidden, List.of(), Map.of());

    assertRefused(
        hidden,
        "The node in "
            + hidden
            + " has no fixed rekindle.ignite.discovery-port: nobody can find it.");
  }

  @Test
  void aFolderThatIsMissingOrNotOneOfANodeIsRefused() throws Exception {
    Path missing = parent.resolve("missing");
    assertRefused(missing, "The folder " + missing + " is not one of a node.");
    Path empty = Files.createDirectory(parent.resolve("empty"));
    assertRefused(empty, "The folder " + empty + " is not one of a node.");
  }

  @Test
  void aFolderThatHoldsSomethingIsNotTouched() throws Exception {
    Files.createDirectory(second);
    Files.writeString(second.resolve("mine"), "of the operator");

    assertThatExceptionOfType(StartRefusedException.class)
        .isThrownBy(() -> join(Map.of()))
        .withMessage("The folder " + second + " is not empty.");
    assertThat(ProcessFiles.namesIn(second)).containsExactly("mine");
  }

  @Test
  void aFirstNodeWithoutTheKeysOfItsCasIsRefusedAndASecondTryCanSucceed() throws Exception {
    Path key = first.resolve("tls/node-ca.key");
    Path away = Files.move(key, parent.resolve("moved-off"));
    assertRefused(first, "The CA key file " + key + " is missing.");

    Files.copy(first.resolve("tls/server-ca.key"), key);
    assertRefused(
        first,
        "The CA key file "
            + key
            + " does not belong to the certificate "
            + first.resolve("tls/node-ca.crt")
            + ".");

    Files.delete(key);
    Files.move(away, key);
    join(Map.of());
    assertThat(clusterId(second)).isEqualTo(clusterId(first));
  }

  private void assertRefused(Path joined, String sentence) {
    assertThatExceptionOfType(StartRefusedException.class)
        .isThrownBy(() -> NodeInit.join(second, joined, List.of(), Map.of()))
        .withMessage(sentence);
    assertThat(second).doesNotExist();
  }

  private void join(Map<String, String> properties) throws IOException {
    NodeInit.join(second, first, List.of(), properties);
  }

  /** What is neither a certificate nor the configuration. */
  private static boolean isSecret(Path path) {
    String name = path.getFileName().toString();
    return Files.isRegularFile(path)
        && !name.endsWith(".crt")
        && !name.equals(NodeConfigLoader.FILE);
  }

  private static NodeConfig config(Path folder) throws IOException {
    return NodeConfigLoader.load(folder, Map.of());
  }

  private static NodeTls tls(Path folder) throws IOException {
    return NodeTls.load(config(folder).tls(), folder, Instant.now());
  }

  private static UUID clusterId(Path folder) throws IOException {
    KeysConfig keys = config(folder).keys();
    try (LocalKeyManagementService kms =
            new LocalKeyManagementService(folder.resolve(keys.localKeyFile()));
        ClusterKey key = ClusterKeyFile.open(folder.resolve(keys.clusterKeyFile()), kms)) {
      return key.clusterId();
    }
  }
}
