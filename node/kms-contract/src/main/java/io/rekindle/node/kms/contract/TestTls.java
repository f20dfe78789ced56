package io.rekindle.node.kms.contract;

import io.rekindle.node.cluster.NodeCertificates;
import io.rekindle.node.cluster.NodeCertificates.Validity;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** A certificate of a server on loopback, and the authority that it is of. */
public record TestTls(SSLContext context, Path authority) {
  /** More than any test takes. */
  private static final Duration DAYS = Duration.ofDays(10);

  private static final char[] NONE = new char[0];

  /** Makes both in a folder that is empty or not there. */
  public static TestTls make(Path folder) throws IOException, GeneralSecurityException {
    return make(folder, Instant.now());
  }

  /**
   * The same, of certificates that are good for some days.
   *
   * @param from an hour before which they begin to be
   */
  public static TestTls make(Path folder, Instant from)
      throws IOException, GeneralSecurityException {
    NodeCertificates.create(
        folder, UUID.randomUUID(), List.of(), from, new Validity(DAYS.multipliedBy(2), DAYS));
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    Certificate[] chain;
    try (InputStream in = Files.newInputStream(folder.resolve("server.crt"))) {
      chain =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(in)
              .toArray(Certificate[]::new);
    }
    store.setKeyEntry("server", key(folder.resolve("server.key"), chain[0]), NONE, chain);
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, NONE);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    return new TestTls(context, folder.resolve("server-ca.crt"));
  }

  private static PrivateKey key(Path file, Certificate certificate)
      throws IOException, GeneralSecurityException {
    String base64 = Files.readString(file).replaceAll("-----[A-Z ]+-----|\\s", "");
    return KeyFactory.getInstance(certificate.getPublicKey().getAlgorithm())
        .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(base64)));
  }
}
