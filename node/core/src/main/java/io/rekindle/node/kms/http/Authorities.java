package io.rekindle.node.kms.http;

import io.rekindle.node.error.StartRefusedException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Whose certificates a provider may have: those of a file of PEM, or those that the JDK trusts. */
public final class Authorities {
  private Authorities() {}

  /**
   * Trusts them.
   *
   * @param file of PEM; empty for those of the JDK
   * @throws StartRefusedException when the file has no certificates
   */
  public static TrustManagerFactory trust(Optional<Path> file) {
    try {
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(file.isPresent() ? store(file.get()) : null);
      return trust;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK trusts somebody", e);
    }
  }

  static SSLContext context(Optional<Path> file) {
    try {
      SSLContext context = SSLContext.getInstance(KeyServiceHttp.TLS);
      context.init(null, trust(file).getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has TLS 1.3", e);
    }
  }

  private static KeyStore store(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      int number = 0;
      for (Certificate certificate :
          CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        store.setCertificateEntry(Integer.toString(number++), certificate);
      }
      if (number == 0) {
        throw new StartRefusedException("The file " + file + " has no certificates.");
      }
      return store;
    } catch (IOException | GeneralSecurityException e) {
      throw new StartRefusedException(
          "The file " + file + " can't be read, or is no PEM of certificates.", e);
    }
  }
}
