package io.rekindle.node.kms.gcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.gson.JsonObject;
import io.rekindle.node.kms.CredentialFile;
import io.rekindle.node.kms.KeyManagementException;
import io.rekindle.node.kms.KeyManagementService;
import io.rekindle.node.kms.KeyManagementService.Probe;
import io.rekindle.node.kms.contract.KeySettings;
import io.rekindle.node.kms.contract.TestTls;
import io.rekindle.node.kms.gcp.FakeLogins.Refusal;
import io.rekindle.node.kms.http.KeyServiceHttp;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How a node proves to Google who it is, and what a login that does not succeed says. */
class GcpLoginTest {
  private static final byte[] DATA = {1, 2, 3};
  private static final byte[] KEY = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

  @TempDir private static Path certificates;
  private static TestTls tls;

  @TempDir private Path folder;
  private FakeGcp gcp;
  private FakeLogins logins;

  @BeforeAll
  static void makeCertificates() throws Exception {
    tls = TestTls.make(certificates.resolve("tls"));
  }

  @BeforeEach
  void start() {
    gcp = FakeGcp.start(tls, "127.0.0.1", KeyServiceHttp.TLS);
    logins = gcp.logins();
  }

  @AfterEach
  void stop() {
    gcp.close();
  }

  private KeySettings settings() throws IOException {
    return GcpSettings.of(folder, gcp, tls.authority());
  }

  private KeyManagementService open() throws IOException {
    return GcpSettings.openOnce(folder, settings());
  }

  private KeyManagementService openWith(JsonObject credentials) throws IOException {
    return GcpSettings.openOnce(folder, GcpSettings.file(settings(), credentials));
  }

  private KeyManagementService openInstance(FakeMetadata metadata) throws IOException {
    return GcpSettings.openOnce(
        folder,
        settings().set("login", "instance").without("credentials-file"),
        new GcpKeyManagementProvider(metadata.address()));
  }

  private JsonObject federated() throws IOException {
    Path token = folder.resolve("token");
    Files.writeString(token, FakeLogins.IDENTITY);
    return logins.federatedIdentity(token.toString());
  }

  private static KeyManagementException failure(KeyManagementService kms) {
    return catchThrowableOfType(KeyManagementException.class, () -> kms.wrap(KEY, DATA));
  }

  private static void assertFails(KeyManagementService kms, Probe probe, String reason) {
    KeyManagementException failure = failure(kms);
    assertThat(failure.reason()).contains(reason);
    assertThat(failure.probe()).as(failure.reason()).isEqualTo(probe);
  }

  @Test
  void aServiceAccountLogsInOnceAndSaysNothingOfTheNode() throws IOException {
    try (KeyManagementService kms = open()) {
      assertThat(kms.probe()).isEqualTo(Probe.OK);
      assertThat(kms.probe()).isEqualTo(Probe.OK);
      assertThat(logins.paths()).containsExactly("/token");
      assertThat(
              logins.headers().stream()
                  .map(name -> name.toLowerCase(Locale.ROOT))
                  .collect(Collectors.toSet()))
          .doesNotContain("x-goog-api-client", "accept-encoding");
    }
  }

  @Test
  void whoeverIsToPayIsSaid() throws IOException {
    JsonObject account = logins.serviceAccount();
    account.addProperty("quota_project_id", "payer");
    try (KeyManagementService kms = openWith(account)) {
      assertThat(kms.probe()).isEqualTo(Probe.OK);
      assertThat(gcp.quotaProjects()).containsOnly("payer");
    }
  }

  @Test
  void whatIsShownIsNotTakenElsewhere() throws IOException {
    try (FakeLogins other = new FakeLogins(tls.context(), KeyServiceHttp.TLS)) {
      logins.redirectTo(other.address());
      for (JsonObject shown : List.of(logins.serviceAccount(), federated())) {
        try (KeyManagementService kms = openWith(shown)) {
          assertFails(kms, Probe.UNREACHABLE, "login: status 307");
        }
      }
      assertThat(logins.requests()).isEqualTo(2);
      assertThat(other.requests()).isZero();
    }
  }

  @Test
  void aLoginIsWaitedForInBounds() throws IOException {
    try (KeyManagementService kms = GcpSettings.openOnce(folder, settings().impatient())) {
      logins.setDripping(true);
      assertFails(kms, Probe.UNREACHABLE, "login: HttpTimeoutException");
      logins.setDripping(false);
    }
  }

  @Test
  void aTokenWithoutEndIsNotTakenIn() throws IOException {
    try (KeyManagementService kms = open()) {
      logins.refuse(new Refusal(200, "{\"access_token\":\"" + "x".repeat(2 << 20) + "\"}"));
      assertFails(kms, Probe.UNREACHABLE, "login: ");
      logins.refuse(new Refusal(200, "{\"access_token\":\"two\\nlines\",\"expires_in\":3599}"));
      assertThat(failure(kms).probe()).isEqualTo(Probe.UNREACHABLE);
      assertThat(gcp.keyRequests()).isZero();
    }
  }

  @Test
  void aLoginIsShownToTls13OfTheSameAuthoritiesAlone() throws Exception {
    TestTls foreign = TestTls.make(folder.resolve("foreign"));
    try (FakeLogins old = new FakeLogins(tls.context(), "TLSv1.2");
        FakeLogins other = new FakeLogins(foreign.context(), KeyServiceHttp.TLS);
        KeyManagementService older = openWith(old.serviceAccount())) {
      assertFails(older, Probe.UNREACHABLE, "login: SSLHandshakeException");
      try (KeyManagementService unknown = openWith(other.serviceAccount())) {
        assertFails(unknown, Probe.UNREACHABLE, "login: SunCertPathBuilderException");
      }
      assertThat(old.requests() + other.requests()).isZero();
    }
  }

  /** Its machine takes connections, and nobody there speaks. */
  @Test
  void aServerThatIsSilentIsWaitedForInBounds() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      JsonObject account = logins.serviceAccount();
      account.addProperty("token_uri", "https://localhost:" + silent.getLocalPort() + "/token");
      KeySettings settings = GcpSettings.file(settings().impatient(), account);
      try (KeyManagementService kms = GcpSettings.openOnce(folder, settings)) {
        assertFails(kms, Probe.UNREACHABLE, "login: ");
      }
      GcpSettings.file(settings, logins.serviceAccount())
          .set("endpoint", "localhost:" + silent.getLocalPort());
      try (KeyManagementService kms = GcpSettings.openOnce(folder, settings)) {
        assertFails(kms, Probe.UNREACHABLE, "");
      }
    }
  }

  @Test
  void aLoginIsNotShownWithoutTls() throws IOException {
    JsonObject account = logins.serviceAccount();
    account.addProperty("token_uri", logins.address().replace("https", "http") + "/token");
    try (KeyManagementService kms = openWith(account)) {
      assertFails(kms, Probe.UNREACHABLE, "must begin with https://");
      assertThat(logins.requests()).isZero();
    }
  }

  @Test
  void theFileIsReadAgainAtEachLogin() throws IOException {
    KeySettings settings = settings();
    try (KeyManagementService kms = GcpSettings.openOnce(folder, settings)) {
      assertThat(kms.probe()).isEqualTo(Probe.OK);
      JsonObject other = logins.serviceAccount();
      other.addProperty("client_email", "somebody@else");
      GcpSettings.file(settings, other);
      assertThat(kms.probe()).as("it is logged in").isEqualTo(Probe.OK);
      kms.logOut();
      assertThat(kms.probe()).isEqualTo(Probe.REVOKED);
      GcpSettings.file(settings, logins.serviceAccount());
      assertThat(kms.probe()).isEqualTo(Probe.OK);
    }
  }

  @Test
  void aServiceAccountThatIsOpenToOthersIsNotShown() throws IOException {
    try (KeyManagementService kms = open()) {
      Path file = folder.resolve("credentials.json");
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
      assertFails(kms, Probe.UNREACHABLE, "its mode must be 0600");
      Files.delete(file);
      assertFails(kms, Probe.UNREACHABLE, "rekindle.keys.gcp.credentials-file");
      assertThat(logins.requests()).isZero();
    }
  }

  @Test
  void aFederatedIdentityLogsInByATokenOfAFile() throws IOException {
    KeySettings settings = GcpSettings.file(settings(), federated());
    Files.setPosixFilePermissions(
        folder.resolve("credentials.json"), PosixFilePermissions.fromString("rw-r--r--"));
    try (KeyManagementService kms = GcpSettings.openOnce(folder, settings)) {
      assertThat(kms.probe()).as("there is no secret in it").isEqualTo(Probe.OK);
      assertThat(logins.paths()).containsExactly("/v1/token");
      Files.writeString(folder.resolve("token"), "of-somebody-else");
      kms.logOut();
      assertFails(kms, Probe.REVOKED, "attribute condition");
      Files.delete(folder.resolve("token"));
      assertFails(kms, Probe.UNREACHABLE, "token of the identity can't be read");
    }
  }

  @Test
  void aFederatedIdentityWithASecretThatIsOpenToOthersIsNotShown() throws IOException {
    JsonObject identity = federated();
    identity.addProperty("client_id", "1234");
    identity.addProperty("client_secret", "shh");
    KeySettings settings = GcpSettings.file(settings(), identity);
    Path file = folder.resolve("credentials.json");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    try (KeyManagementService kms = GcpSettings.openOnce(folder, settings)) {
      assertFails(kms, Probe.UNREACHABLE, "its mode must be 0600");
      assertThat(logins.requests()).isZero();
    }
  }

  @Test
  void aFederatedIdentityActsForAServiceAccount() throws IOException {
    JsonObject identity = federated();
    identity.addProperty("service_account_impersonation_url", logins.actingAddress());
    try (KeyManagementService kms = openWith(identity)) {
      assertThat(kms.probe()).isEqualTo(Probe.OK);
      assertThat(logins.paths()).hasSize(2).first().isEqualTo("/v1/token");
      kms.logOut();
      logins.setActingAllowed(false);
      assertFails(kms, Probe.REVOKED, "login: status 403: PERMISSION_DENIED");
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {-120, -10, 10, 120})
  void aClockThatIsWrongSaysNothingOfTheKey(long minutesAhead) throws IOException {
    JsonObject identity = federated();
    identity.addProperty("service_account_impersonation_url", logins.actingAddress());
    try (KeyManagementService kms = open()) {
      byte[] wrapped = kms.wrap(KEY, DATA);
      logins.setClockAhead(Duration.ofMinutes(minutesAhead));
      assertThat(kms.unwrap(wrapped, DATA)).as("it is logged in").isEqualTo(KEY);
      kms.logOut();
      assertFails(kms, Probe.UNREACHABLE, "login: status 400: invalid_grant: Invalid JWT: Token");
      assertThat(kms.probe()).isEqualTo(Probe.UNREACHABLE);
      logins.setClockAhead(Duration.ZERO);
      assertThat(kms.unwrap(wrapped, DATA)).isEqualTo(KEY);
    }
    logins.setClockAhead(Duration.ofMinutes(minutesAhead));
    try (KeyManagementService kms = openWith(identity)) {
      assertThat(kms.probe()).as("a token that is over before it came").isEqualTo(Probe.OK);
      assertThat(kms.probe()).isEqualTo(Probe.OK);
    }
  }

  @Test
  void aMachineLogsInAsItself() throws IOException {
    try (FakeMetadata metadata = new FakeMetadata(logins);
        KeyManagementService kms = openInstance(metadata)) {
      assertThat(kms.probe()).isEqualTo(Probe.OK);
      assertThat(metadata.asked()).hasSize(1).first().asString().endsWith("=" + FakeLogins.SCOPE);
      kms.logOut();
      metadata.answer(404);
      assertFails(kms, Probe.UNREACHABLE, "login: status 404: NOT_FOUND");
      metadata.answer(403);
      assertFails(kms, Probe.UNREACHABLE, "login: status 403");
      metadata.answer(503);
      assertFails(kms, Probe.UNREACHABLE, "login: status 503");
      metadata.answer(302);
      assertFails(kms, Probe.UNREACHABLE, "login: status 302");
      metadata.answer(200);
      metadata.setFlavored(false);
      assertFails(kms, Probe.UNREACHABLE, "no metadata server");
    }
  }

  @Test
  void aMachineThatIsNotOfGooglesSaysNothingOfTheKey() throws IOException {
    FakeMetadata metadata = new FakeMetadata(logins);
    metadata.close();
    try (KeyManagementService kms = openInstance(metadata)) {
      assertFails(kms, Probe.UNREACHABLE, "login: ");
    }
  }

  @Test
  void aTokenIsAskedForAnewFiveMinutesBeforeItsEndAndIsGoodUntilThen() throws IOException {
    long[] nanos = {0};
    settings();
    GcpCredentials credentials =
        new GcpCredentials.OfFile(
            new CredentialFile("credentials-file", folder.resolve("credentials.json")));
    HttpClient client = KeyServiceHttp.client(Optional.of(tls.authority()), Duration.ofSeconds(20));
    try (GcpLogin login = new GcpLogin(credentials, client, () -> nanos[0])) {
      GcpLogin.Token token = login.token();
      nanos[0] += Duration.ofSeconds(3_290).toNanos();
      assertThat(login.token()).isEqualTo(token);
      assertThat(logins.requests()).isEqualTo(1);
      nanos[0] += Duration.ofSeconds(15).toNanos();
      logins.fail(1);
      assertThat(login.token()).as("not renewed yet, and still good").isEqualTo(token);
      logins.setLoginsAllowed(false);
      assertThat(login.token()).as("not asked for at each request").isEqualTo(token);
      assertThat(logins.requests()).isEqualTo(2);
      nanos[0] += Duration.ofSeconds(200).toNanos();
      assertThat(login.token()).as("good until its time is over").isEqualTo(token);
      assertThat(logins.requests()).isEqualTo(3);
      nanos[0] += Duration.ofSeconds(100).toNanos();
      assertThat(catchThrowableOfType(KeyManagementException.class, login::token).probe())
          .isEqualTo(Probe.REVOKED);
      logins.setLoginsAllowed(true);
      assertThat(login.token()).isNotEqualTo(token);
    }
  }

  @Test
  void neitherATokenNorAKeyIsEverSaid() throws IOException {
    JsonObject damaged = logins.serviceAccount();
    damaged.addProperty("private_key", FakeLogins.privateKey().replace("\n", "!"));
    StringWriter said = new StringWriter();
    try (KeyManagementService kms = open()) {
      said.write(kms.describe());
      logins.refuse(Refusal.of(400, "invalid_grant", "Bad eyJhbGciOi.eyJpc3Mi.c2ln and ya29.x-y"));
      say(kms, said);
      logins.refuse(new Refusal(200, "{\"access_token\":\"ya29.secret\",\"expires_in\":\"x\"}"));
      say(kms, said);
      logins.refuse(null);
      logins.setLoginsAllowed(false);
      say(kms, said);
      logins.setLoginsAllowed(true);
      gcp.setAllowed(false);
      say(kms, said);
      gcp.setAllowed(true);
      gcp.garble(1);
      say(kms, said);
    }
    try (KeyManagementService kms = openWith(damaged)) {
      say(kms, said);
    }
    assertThat(said.toString())
        .contains("Bad ... and ...", "Invalid JWT Signature.", "PERMISSION_DENIED", "INTERNAL")
        .contains("has a damaged key")
        .doesNotContain("eyJ", "ya29", "PRIVATE", FakeLogins.privateKey().substring(40, 60));
  }

  private static void say(KeyManagementService kms, StringWriter said) {
    KeyManagementException failure = failure(kms);
    said.write("\n" + failure.reason() + "\n");
    failure.printStackTrace(new PrintWriter(said, true));
  }
}
