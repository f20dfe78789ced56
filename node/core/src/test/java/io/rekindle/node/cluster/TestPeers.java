package io.rekindle.node.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.KeyManager;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x500.style.IETFUtils;
import org.bouncycastle.asn1.x509.KeyPurposeId;

/** What peers show to a node's listeners, by the folder of the node: one is right, others wrong. */
public final class TestPeers {
  private static final List<String> HOSTS = List.of("localhost");
  private static final Duration DAY = Duration.ofDays(1);

  private final Path dataFolder;
  private final CertificateAuthority own;
  private final String name;
  private final Instant now = Instant.now();

  private TestPeers(Path dataFolder, CertificateAuthority own, String name) {
    this.dataFolder = dataFolder;
    this.own = own;
    this.name = name;
  }

  public static TestPeers of(Path dataFolder) throws IOException, GeneralSecurityException {
    Path tls = dataFolder.resolve("tls");
    return new TestPeers(
        dataFolder,
        CertificateAuthority.of(
            Pem.readCertificates(Files.readAllBytes(tls.resolve("node-ca.crt"))).getFirst(),
            Pem.readKey(Files.readAllBytes(tls.resolve("node-ca.key")))),
        commonName(Pem.readCertificates(Files.readAllBytes(tls.resolve("node.crt"))).getFirst()));
  }

  /** A node of the cluster. */
  public KeyManager[] right() {
    return keys(own, own.issueNode(name, HOSTS, now, DAY));
  }

  /** Nobody. */
  public KeyManager[] none() {
    return new KeyManager[0];
  }

  /** A node of another CA. */
  public KeyManager[] foreign() {
    CertificateAuthority foreign = CertificateAuthority.create("foreign", now, DAY);
    return keys(foreign, foreign.issueNode(name, HOSTS, now, DAY));
  }

  /** A node of the right CA whose time is over. */
  public KeyManager[] expired() {
    return keys(own, own.issueNode(name, HOSTS, now.minus(DAY.multipliedBy(3)), DAY));
  }

  /** A server of the right CA, which is no client. */
  public KeyManager[] serverOnly() {
    return keys(own, own.issueServer(name, HOSTS, now, DAY));
  }

  /** A client of the right CA, which is no server. */
  public KeyManager[] clientOnly() {
    return keys(own, own.issue(name, HOSTS, now, DAY, List.of(KeyPurposeId.id_kp_clientAuth)));
  }

  /** A node of another cluster, whose certificate the same CA issued. */
  public KeyManager[] otherCluster() {
    return keys(own, own.issueNode("node of another", HOSTS, now, DAY));
  }

  private static String commonName(X509Certificate certificate) {
    X500Name subject = X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
    return IETFUtils.valueToString(subject.getRDNs(BCStyle.CN)[0].getFirst().getValue());
  }

  private KeyManager[] keys(CertificateAuthority ca, CertificateAuthority.Issued issued) {
    return new NodeTls(
            dataFolder,
            dataFolder,
            List.of(issued.certificate()),
            issued.key(),
            List.of(ca.certificate()))
        .nodeKeyManagers();
  }
}
