package io.rekindle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.cli.RunningDistribution.Ended;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPairGenerator;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Each provider of the customer's key with the libraries that were assembled, asked at an address
 * where nobody listens: a class that is not there, or is there twice, shows before that.
 */
class KeyProvidersIT {
  private static final Path LIBRARIES = Path.of(System.getProperty("rekindle.home"), "lib", "node");

  /** Begins the names of what each provider needs, in any case. */
  private static final List<String> NEEDED =
      List.of(
          "vault-java-driver-",
          "kms-",
          "sts-",
          "proto-google-cloud-kms-v1-",
          "google-auth-library-oauth2-http-",
          "azure-security-keyvault-keys-",
          "msal4j-");

  /**
   * Begins the names of what the poms leave out, see decision 0023: the vendors' own clients for
   * HTTP and gRPC, with what they bring, and logins that read the environment. The {@code
   * httpclient5} that is there is of Calcite's Avatica.
   */
  private static final Pattern LEFT_OUT =
      Pattern.compile(
          "(netty-nio-client|apache5?-client|url-connection-client|aws-crt|aws-java-sdk|tink-awskms"
              + "|tink-gcpkms|google-cloud-[a-z]+|gax|grpc-(netty|okhttp|xds|alts|googleapis|auth|grpclb)"
              + "|proto-google-iam|conscrypt|google-http-client-(apache|jackson|appengine)"
              + "|azure-identity|azure-core-http|msal4j-(persistence|brokers)|jna|netty-all"
              + "|rekindle-kms-contract)[-0-9].*\\.jar|.*-tests?\\.jar");

  @TempDir private static Path folder;
  private static int nobody;

  @BeforeAll
  static void findAPort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      nobody = socket.getLocalPort();
    }
  }

  private static String secret(String name, String content) throws IOException {
    Path file =
        Files.createFile(
            folder.resolve(name),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    return Files.writeString(file, content).toString();
  }

  private static void assertUnreachable(String provider, Map<String, String> settings)
      throws Exception {
    Path data = folder.resolve(provider);
    List<String> command = new ArrayList<>(List.of("node", "init", "--data-folder"));
    command.add(data.toString());
    command.addAll(List.of("--set", "rekindle.keys.provider=" + provider));
    command.addAll(List.of("--set", "rekindle.keys.attempts=1"));
    settings.forEach(
        (name, value) ->
            command.addAll(
                List.of("--set", "rekindle.keys." + provider + "." + name + "=" + value)));
    Ended init = RunningDistribution.launch(command.toArray(String[]::new));
    assertThat(init.err())
        .contains("The customer's key cannot be reached: ")
        .doesNotContain("NoClassDefFound", "NoSuchMethod", "SLF4J", "\tat ");
    assertThat(init.code()).isEqualTo(ExitCodes.FAILURE);
    assertThat(data).doesNotExist();
  }

  @Test
  void nothingShipsThatTheProvidersDoWithout() throws IOException {
    List<String> jars;
    try (Stream<Path> files = Files.list(LIBRARIES)) {
      jars = files.map(file -> file.getFileName().toString()).toList();
    }
    for (String needed : NEEDED) {
      assertThat(jars).anyMatch(jar -> jar.startsWith(needed));
    }
    assertThat(jars).noneMatch(jar -> LEFT_OUT.matcher(jar).matches());
  }

  @Test
  void aVault() throws Exception {
    assertUnreachable(
        "vault",
        Map.of(
            "address",
            "https://localhost:" + nobody,
            "key",
            "rekindle",
            "token-file",
            secret("token", "a-token")));
  }

  @Test
  void aws() throws Exception {
    String credentials = "[default]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = no\n";
    assertUnreachable(
        "aws",
        Map.of(
            "key",
            "arn:aws:kms:eu-central-1:111122223333:key/00000000-0000-0000-0000-000000000000",
            "endpoint",
            "https://localhost:" + nobody,
            "login",
            "file",
            "credentials-file",
            secret("credentials", credentials)));
  }

  @Test
  void google() throws Exception {
    KeyPairGenerator pairs = KeyPairGenerator.getInstance("RSA");
    pairs.initialize(2048);
    String key =
        Base64.getEncoder().encodeToString(pairs.generateKeyPair().getPrivate().getEncoded());
    String account =
        """
        {"type": "service_account", "project_id": "p", "private_key_id": "1", "client_id": "1",
         "client_email": "rekindle@p.iam.gserviceaccount.com",
         "private_key": "-----BEGIN PRIVATE KEY-----\\n%s\\n-----END PRIVATE KEY-----\\n",
         "token_uri": "https://localhost:%d/token"}
        """
            .formatted(key, nobody);
    assertUnreachable(
        "gcp",
        Map.of(
            "key",
            "projects/p/locations/global/keyRings/r/cryptoKeys/k",
            "endpoint",
            "localhost:" + nobody,
            "login",
            "file",
            "credentials-file",
            secret("account.json", account)));
  }

  @Test
  void azure() throws Exception {
    assertUnreachable(
        "azure",
        Map.of(
            "vault", "https://localhost:" + nobody,
            "key", "rekindle",
            "authority", "https://localhost:" + nobody,
            "login", "client-secret",
            "tenant", "00000000-0000-0000-0000-000000000000",
            "client", "00000000-0000-0000-0000-000000000001",
            "client-secret-file", secret("client-secret", "a-secret")));
  }
}
