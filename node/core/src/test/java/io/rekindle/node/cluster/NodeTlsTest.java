package io.rekindle.node.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.rekindle.node.config.NodeConfig;
import io.rekindle.node.error.StartRefusedException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeTlsTest {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
  private static final UUID CLUSTER = UUID.randomUUID();
  private static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
  private static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";

  @TempDir Path folder;

  @BeforeEach
  void createCertificates() throws IOException {
    NodeCertificates.create(
        tls(), CLUSTER, List.of("db.internal"), NOW, NodeCertificates.Validity.DEFAULT);
  }

  @Test
  void keysAreForTheirOwnerAloneAndCertificatesForAll() throws Exception {
    try (Stream<Path> files = Files.list(tls())) {
      for (Path file : files.toList()) {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
            .as(file.toString())
            .isEqualTo(file.toString().endsWith(".key") ? "rw-------" : "rw-r--r--");
      }
    }
    assertThat(tls().toFile().list()).hasSize(8);
  }

  @Test
  void theServerCertificateNamesTheDoorAndServesOnly() throws Exception {
    X509Certificate server = certificate("server");
    assertThat(server.getSubjectAlternativeNames().stream().<Object>map(name -> name.get(1)))
        .containsExactly("localhost", "127.0.0.1", "0:0:0:0:0:0:0:1", "db.internal");
    assertThat(server.getExtendedKeyUsage()).containsExactly(SERVER_AUTH);
    assertThat(server.getBasicConstraints()).isEqualTo(-1);
    server.verify(certificate("server-ca").getPublicKey());
  }

  @Test
  void theNodeCertificateComesFromACaOfItsOwn() throws Exception {
    X509Certificate node = certificate("node");
    assertThat(node.getExtendedKeyUsage()).containsExactly(SERVER_AUTH, CLIENT_AUTH);
    assertThat(node.getSubjectX500Principal().getName()).contains("node of " + CLUSTER);
    node.verify(certificate("node-ca").getPublicKey());
    assertThat(certificate("node-ca").getPublicKey())
        .isNotEqualTo(certificate("server-ca").getPublicKey());
    assertThat(certificate("node-ca").getBasicConstraints()).isZero();
  }

  @Test
  void whatWasMadeLoads() {
    NodeTls loaded = load(NOW);
    assertThat(loaded.nodeChain()).hasSize(1);
    assertThat(loaded.nodeKey().getAlgorithm()).isEqualTo("EC");
    assertThat(loaded.serverCertificate()).isEqualTo(tls().resolve("server.crt"));
  }

  @Test
  void expiredAndFutureCertificatesAreRefused() {
    assertRefused(NOW.plus(Duration.ofDays(826)), "server.crt", "has expired.");
    assertRefused(NOW.minus(Duration.ofDays(1)), "server.crt", "is not valid yet.");
  }

  @Test
  void missingAndUnreadableFilesAreRefusedByName() throws Exception {
    Files.writeString(tls().resolve("node.crt"), "not PEM");
    assertRefused(NOW, "node.crt", "is not readable PEM.");
    Files.delete(tls().resolve("server.crt"));
    assertRefused(NOW, "server.crt", "is missing.");
  }

  @Test
  void aTlsKeyOpenToOthersIsRefused() throws Exception {
    Files.setPosixFilePermissions(
        tls().resolve("node.key"), PosixFilePermissions.fromString("rw-r--r--"));
    assertThatExceptionOfType(StartRefusedException.class)
        .isThrownBy(() -> load(NOW))
        .withMessage(
            "The TLS key file "
                + tls().resolve("node.key")
                + " is open to others; its mode must be 0600.");
  }

  @Test
  void aKeyOfAnotherCertificateIsRefused() throws Exception {
    Files.copy(
        tls().resolve("server.key"),
        tls().resolve("node.key"),
        StandardCopyOption.REPLACE_EXISTING);
    assertThatExceptionOfType(StartRefusedException.class)
        .isThrownBy(() -> load(NOW))
        .withMessageContaining("does not belong to the certificate");
  }

  @Test
  void aCertificateOfAnotherCaIsRefused() throws Exception {
    CertificateAuthority other = CertificateAuthority.create("other", NOW, Duration.ofDays(9));
    writeCertificates("node-ca.crt", other.certificate());
    assertThatExceptionOfType(StartRefusedException.class)
        .isThrownBy(() -> load(NOW))
        .withMessageContaining("does not lead to one of " + tls().resolve("node-ca.crt"));
  }

  @Test
  void aChainThatLacksALinkIsRefused() throws Exception {
    TestChain chain = TestChain.issue("node of " + CLUSTER, NOW);
    Files.write(tls().resolve("node.key"), Pem.write(chain.key()));
    writeCertificates("node-ca.crt", chain.root());

    writeCertificates("node.crt", chain.leaf(), chain.intermediate());
    assertThat(load(NOW).nodeChain()).hasSize(2);
    writeCertificates("node.crt", chain.leaf(), chain.intermediate(), chain.root());
    assertThat(load(NOW).nodeChain()).hasSize(3);
    writeCertificates("node.crt", chain.leaf());
    assertThatExceptionOfType(StartRefusedException.class)
        .isThrownBy(() -> load(NOW))
        .withMessageEndingWith(
            "the file has 1, and the last one is issued by \"CN=intermediate\".");
    writeCertificates("node.crt", chain.leaf(), chain.root());
    assertThatExceptionOfType(StartRefusedException.class).isThrownBy(() -> load(NOW));
  }

  @Test
  void keysAreNeverReplaced() {
    assertThatExceptionOfType(FileAlreadyExistsException.class)
        .isThrownBy(
            () ->
                NodeCertificates.create(
                    tls(), CLUSTER, List.of(), NOW, NodeCertificates.Validity.DEFAULT));
  }

  private void writeCertificates(String file, X509Certificate... certificates) throws Exception {
    ByteArrayOutputStream pem = new ByteArrayOutputStream();
    for (X509Certificate certificate : certificates) {
      pem.write(Pem.write(certificate));
    }
    Files.write(tls().resolve(file), pem.toByteArray());
  }

  private void assertRefused(Instant now, String file, String reason) {
    assertThatExceptionOfType(StartRefusedException.class)
        .isThrownBy(() -> load(now))
        .withMessage("The certificate " + tls().resolve(file) + " " + reason);
  }

  private NodeTls load(Instant now) {
    NodeConfig config = TestEngine.config(folder, Map.of());
    return NodeTls.load(config.tls(), folder, now);
  }

  private X509Certificate certificate(String name) throws Exception {
    return Pem.readCertificates(Files.readAllBytes(tls().resolve(name + ".crt"))).getFirst();
  }

  private Path tls() {
    return folder.resolve("tls");
  }
}
