package io.rekindle.node.kms.vault;

import io.rekindle.node.error.StartRefusedException;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;

/** Connections to Vault: TLS 1.3 alone, which the driver's own would not speak. */
final class VaultHttp {
  private static final String TLS = "TLSv1.3";

  private VaultHttp() {}

  /**
   * @param authorities a file of PEM; empty for those of the JDK
   * @param timeout of a request, from its connection to the last byte of its answer
   * @throws StartRefusedException when the file has no certificates
   */
  static HttpClient client(Optional<Path> authorities, Duration timeout) {
    SSLParameters parameters = new SSLParameters();
    parameters.setProtocols(new String[] {TLS});
    HttpClient client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER) // It would be sent the token.
            .connectTimeout(timeout)
            .sslContext(context(authorities))
            .sslParameters(parameters)
            .build();
    return new BoundedHttpClient(client, timeout);
  }

  private static SSLContext context(Optional<Path> authorities) {
    try {
      SSLContext context = SSLContext.getInstance(TLS);
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(authorities.isPresent() ? store(authorities.get()) : null);
      context.init(null, trust.getTrustManagers(), null);
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
