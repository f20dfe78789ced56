package io.rekindle.node.kms.gcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.config.NodeConfigLoader;
import io.rekindle.node.kms.KeyManagementService;
import io.rekindle.node.kms.contract.KeySettings;
import io.rekindle.node.kms.contract.TestTls;
import io.rekindle.node.kms.http.KeyServiceHttp;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The environment of the process has no say, in a process of its own. */
class GcpEnvironmentTest {
  private static final String NOWHERE = "localhost:1";

  /** What Google's libraries, or others, would heed. */
  private static final Map<String, String> ENVIRONMENT =
      Map.of(
          "GCE_METADATA_HOST", NOWHERE,
          "GOOGLE_APPLICATION_CREDENTIALS", "/nowhere.json",
          "GOOGLE_CLOUD_QUOTA_PROJECT", "payer",
          "GOOGLE_API_USE_CLIENT_CERTIFICATE", "true",
          "GOOGLE_API_USE_MTLS_ENDPOINT", "always",
          "GOOGLE_SDK_JAVA_LOGGING", "true",
          "NO_GCE_CHECK", "true",
          "https_proxy", "http://" + NOWHERE,
          "HTTPS_PROXY", "http://" + NOWHERE,
          "http_proxy", "http://" + NOWHERE);

  @TempDir private Path folder;

  /** The process: a service by each kind of login, and what it says of its key. */
  public static final class Node {
    private Node() {}

    public static void main(String[] arguments) {
      Path folder = Path.of(arguments[0]);
      URI metadata = URI.create(arguments[1]);
      KeySettings settings =
          new KeySettings(folder, "gcp")
              .set("key", FakeGcp.KEY)
              .set("endpoint", arguments[2])
              .set("ca-file", arguments[3])
              .set("credentials-file", "credentials.json");
      for (String login : List.of("file", "instance")) {
        try (KeyManagementService kms =
            new GcpKeyManagementProvider(metadata)
                .open(
                    NodeConfigLoader.load(folder, settings.set("login", login).values()).keys(),
                    folder)) {
          System.out.println(login + " " + kms.probe());
        } catch (Exception e) {
          System.out.println(login + " " + e.getClass().getName());
        }
      }
      System.exit(0);
    }
  }

  @Test
  void theEnvironmentHasNoSayAndNoTokenIsLogged() throws Exception {
    TestTls tls = TestTls.make(folder.resolve("tls"));
    try (FakeGcp gcp = FakeGcp.start(tls, "127.0.0.1", KeyServiceHttp.TLS);
        FakeMetadata metadata = new FakeMetadata(gcp.logins())) {
      GcpSettings.of(folder, gcp, tls.authority());
      ProcessBuilder builder =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-XX:TieredStopAtLevel=1",
                  "-cp",
                  System.getProperty("java.class.path"),
                  Node.class.getName(),
                  folder.toString(),
                  metadata.address().toString(),
                  gcp.endpoint(),
                  tls.authority().toString())
              .redirectErrorStream(true);
      builder.environment().putAll(ENVIRONMENT);
      Process process = builder.start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor()).as(said).isZero();
      assertThat(said)
          .contains("file OK", "instance OK")
          .doesNotContain("ya29.", "eyJ", "PRIVATE KEY");
      assertThat(metadata.asked()).hasSize(1);
      assertThat(gcp.quotaProjects()).isEmpty();
    }
  }
}
