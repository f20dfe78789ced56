package io.rekindle.node.cluster;

import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A node's certificate of a company: its root has issued another authority, and that one this. */
record TestChain(
    X509Certificate root, X509Certificate intermediate, X509Certificate leaf, PrivateKey key) {
  private static final Duration DAY = Duration.ofDays(1);

  static TestChain issue(String commonName, Instant now) throws Exception {
    KeyPairGenerator keys = KeyPairGenerator.getInstance("EC");
    keys.initialize(256);
    KeyPair rootKeys = keys.generateKeyPair();
    KeyPair intermediateKeys = keys.generateKeyPair();
    X509Certificate root = authority("CN=root", "CN=root", rootKeys, rootKeys, 1, now);
    X509Certificate intermediate =
        authority("CN=root", "CN=intermediate", rootKeys, intermediateKeys, 0, now);
    CertificateAuthority.Issued leaf =
        CertificateAuthority.of(intermediate, intermediateKeys.getPrivate())
            .issueNode(commonName, List.of("localhost"), now, DAY);
    return new TestChain(root, intermediate, leaf.certificate(), leaf.key());
  }

  private static X509Certificate authority(
      String issuer, String subject, KeyPair issuing, KeyPair own, int below, Instant now)
      throws Exception {
    return new JcaX509CertificateConverter()
        .getCertificate(
            new JcaX509v3CertificateBuilder(
                    new X500Name(issuer),
                    BigInteger.valueOf(1 + below),
                    Date.from(now.minus(DAY)),
                    Date.from(now.plus(DAY)),
                    new X500Name(subject),
                    own.getPublic())
                .addExtension(Extension.basicConstraints, true, new BasicConstraints(below))
                .build(new JcaContentSignerBuilder("SHA256withECDSA").build(issuing.getPrivate())));
  }
}
