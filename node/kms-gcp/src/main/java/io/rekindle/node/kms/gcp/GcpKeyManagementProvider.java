package io.rekindle.node.kms.gcp;

import io.rekindle.node.config.CustomerKeyConfig;
import io.rekindle.node.config.GcpKeysConfig;
import io.rekindle.node.error.StartRefusedException;
import io.rekindle.node.kms.Attempts;
import io.rekindle.node.kms.CredentialFile;
import io.rekindle.node.kms.KeyManagementProvider;
import io.rekindle.node.kms.KeyManagementService;
import io.rekindle.node.kms.http.Authorities;
import io.rekindle.node.kms.http.KeyServiceHttp;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.net.ssl.TrustManagerFactory;

/** The provider {@code gcp}. */
public final class GcpKeyManagementProvider implements KeyManagementProvider {
  private static final String PREFIX = "rekindle.keys.gcp.";

  /** As every machine and pod of Google's finds it; it has no certificate. */
  private static final URI METADATA = URI.create("http://metadata.google.internal");

  private static final Pattern ENDPOINT =
      Pattern.compile("([A-Za-z0-9][A-Za-z0-9.-]*|\\[[0-9A-Fa-f:]+\\]):[1-9][0-9]{0,4}");

  private static final int PORT_MAX = 65_535;

  private final URI metadata;

  public GcpKeyManagementProvider() {
    this(METADATA);
  }

  /**
   * @param metadata the server of the machine's own identity
   */
  GcpKeyManagementProvider(URI metadata) {
    this.metadata = metadata;
  }

  @Override
  public String name() {
    return "gcp";
  }

  @Override
  public KeyManagementService open(CustomerKeyConfig settings, Path dataFolder) {
    GcpKeysConfig gcp = settings.gcp();
    Attempts attempts = Attempts.of(settings);
    KeyName key =
        KeyName.find(required("key", gcp.key()))
            .orElseThrow(
                () ->
                    new StartRefusedException(
                        PREFIX + "key must be projects/P/locations/L/keyRings/R/cryptoKeys/K."));
    String endpoint = endpoint(gcp.endpoint());
    Optional<Path> authorities = gcp.caFile().map(dataFolder::resolve);
    GcpCredentials credentials = credentials(gcp, dataFolder);
    TrustManagerFactory trust = Authorities.trust(authorities);
    GcpLogin login =
        new GcpLogin(
            credentials, KeyServiceHttp.client(authorities, attempts.timeout()), System::nanoTime);
    return new GcpKeyManagementService(
        new GcpRequests(endpoint, trust, attempts.timeout()), login, key, attempts);
  }

  private GcpCredentials credentials(GcpKeysConfig gcp, Path dataFolder) {
    return switch (gcp.login()) {
      case FILE ->
          new GcpCredentials.OfFile(
              new CredentialFile(
                  PREFIX + "credentials-file",
                  dataFolder.resolve(required("credentials-file", gcp.credentialsFile()))));
      case INSTANCE -> new GcpCredentials.OfInstance(metadata);
    };
  }

  private static String endpoint(String given) {
    if (!ENDPOINT.matcher(given).matches()
        || Integer.parseInt(given.substring(given.lastIndexOf(':') + 1)) > PORT_MAX) {
      throw new StartRefusedException(
          PREFIX + "endpoint must be a host and a port, as cloudkms.googleapis.com:443.");
    }
    return given;
  }

  private static <T> T required(String name, Optional<T> value) {
    return value.orElseThrow(
        () -> new StartRefusedException("The provider gcp needs " + PREFIX + name + "."));
  }
}
