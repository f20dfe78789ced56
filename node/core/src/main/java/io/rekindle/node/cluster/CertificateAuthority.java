package io.rekindle.node.cluster;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * A certificate authority on EC P-256 that issues end certificates only (path length 0).
 *
 * <p>Immutable.
 */
public final class CertificateAuthority {
  /** A clock of a client may be behind ours by this much. */
  private static final Duration BACKDATE = Duration.ofHours(1);

  private final Issued self;

  /** A certificate with its key. */
  public record Issued(X509Certificate certificate, PrivateKey key) {}

  private CertificateAuthority(Issued self) {
    this.self = self;
  }

  /** A new authority; {@code commonName} says whose and what for. */
  public static CertificateAuthority create(String commonName, Instant now, Duration validity) {
    KeyPair pair = newKeyPair();
    X500Name name = name(commonName);
    X509v3CertificateBuilder builder = builder(name, name, pair, now, validity);
    try {
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
      builder.addExtension(
          Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
      builder.addExtension(
          Extension.subjectKeyIdentifier,
          false,
          new JcaX509ExtensionUtils().createSubjectKeyIdentifier(pair.getPublic()));
      return new CertificateAuthority(
          new Issued(sign(builder, pair.getPrivate()), pair.getPrivate()));
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("a certificate was not made", e);
    }
  }

  /** One that was made before, to issue certificates for more nodes. */
  public static CertificateAuthority of(X509Certificate certificate, PrivateKey key) {
    return new CertificateAuthority(new Issued(certificate, key));
  }

  public X509Certificate certificate() {
    return self.certificate();
  }

  /** For {@link NodeCertificates} to keep beside what it issues. */
  PrivateKey key() {
    return self.key();
  }

  /** For the door: {@code hosts} are DNS names or IP addresses that clients call it by. */
  public Issued issueServer(String commonName, List<String> hosts, Instant now, Duration validity) {
    return issue(commonName, hosts, now, validity, List.of(KeyPurposeId.id_kp_serverAuth));
  }

  /** For a node, which is server and client of its peers. */
  public Issued issueNode(String commonName, List<String> hosts, Instant now, Duration validity) {
    return issue(
        commonName,
        hosts,
        now,
        validity,
        List.of(KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth));
  }

  /** With these extended key usages and no others. */
  Issued issue(
      String commonName,
      List<String> hosts,
      Instant now,
      Duration validity,
      List<KeyPurposeId> purposes) {
    KeyPair pair = newKeyPair();
    X500Name issuer = X500Name.getInstance(certificate().getSubjectX500Principal().getEncoded());
    X509v3CertificateBuilder builder = builder(issuer, name(commonName), pair, now, validity);
    try {
      JcaX509ExtensionUtils extensions = new JcaX509ExtensionUtils();
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
      builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
      builder.addExtension(
          Extension.extendedKeyUsage,
          true,
          new ExtendedKeyUsage(purposes.toArray(KeyPurposeId[]::new)));
      builder.addExtension(Extension.subjectAlternativeName, false, names(hosts));
      builder.addExtension(
          Extension.authorityKeyIdentifier,
          false,
          extensions.createAuthorityKeyIdentifier(certificate()));
      return new Issued(sign(builder, self.key()), pair.getPrivate());
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("a certificate was not made", e);
    }
  }

  private static X509v3CertificateBuilder builder(
      X500Name issuer, X500Name subject, KeyPair pair, Instant now, Duration validity) {
    BigInteger serial = new BigInteger(127, new SecureRandom()).setBit(126);
    return new JcaX509v3CertificateBuilder(
        issuer,
        serial,
        Date.from(now.minus(BACKDATE)),
        Date.from(now.plus(validity)),
        subject,
        pair.getPublic());
  }

  private static X509Certificate sign(X509v3CertificateBuilder builder, PrivateKey key)
      throws GeneralSecurityException {
    try {
      return new JcaX509CertificateConverter()
          .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(key)));
    } catch (OperatorCreationException e) {
      throw new GeneralSecurityException(e);
    }
  }

  private static GeneralNames names(List<String> hosts) {
    return new GeneralNames(
        hosts.stream()
            .distinct()
            .map(
                host ->
                    new GeneralName(
                        isAddress(host) ? GeneralName.iPAddress : GeneralName.dNSName, host))
            .toArray(GeneralName[]::new));
  }

  private static boolean isAddress(String host) {
    return host.indexOf(':') >= 0 || host.matches("\\d{1,3}(\\.\\d{1,3}){3}");
  }

  private static X500Name name(String commonName) {
    return new X500NameBuilder()
        .addRDN(BCStyle.O, "Rekindle")
        .addRDN(BCStyle.CN, commonName)
        .build();
  }

  private static KeyPair newKeyPair() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has EC P-256", e);
    }
  }
}
