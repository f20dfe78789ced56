package io.rekindle.node.kms.http;

import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLParameters;

/** Connections to providers: TLS 1.3 alone, which the clients of vendors would not insist on. */
public final class KeyServiceHttp {
  /** The one version that is spoken. */
  public static final String TLS = "TLSv1.3";

  private KeyServiceHttp() {}

  /**
   * A client; whoever made it closes it.
   *
   * @param authorities a file of PEM; empty for those of the JDK
   * @param timeout of a request, from its connection to the last byte of its answer
   * @throws io.rekindle.node.error.StartRefusedException when the file has no certificates
   */
  public static HttpClient client(Optional<Path> authorities, Duration timeout) {
    SSLParameters parameters = new SSLParameters();
    parameters.setProtocols(new String[] {TLS});
    HttpClient client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER) // It would be sent the credentials.
            .connectTimeout(timeout)
            .sslContext(Authorities.context(authorities))
            .sslParameters(parameters)
            .build();
    return new BoundedHttpClient(client, timeout);
  }
}
