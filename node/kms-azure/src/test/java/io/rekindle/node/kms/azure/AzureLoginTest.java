package io.rekindle.node.kms.azure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.rekindle.node.kms.KeyManagementException;
import io.rekindle.node.kms.KeyManagementService;
import io.rekindle.node.kms.KeyManagementService.Probe;
import io.rekindle.node.kms.contract.KeySettings;
import io.rekindle.node.kms.contract.TestTls;
import io.rekindle.node.kms.http.KeyServiceHttp;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** Each way to log in, what has no say in it, and what is never said of it. */
class AzureLoginTest {
  private static final byte[] DATA = {1, 2, 3};
  private static final byte[] KEY = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

  @TempDir private static Path certificates;
  private static TestTls tls;

  @TempDir private Path folder;
  private FakeAzure azure;
  private FakeMetadata metadata;

  @BeforeAll
  static void makeCertificates() throws Exception {
    tls = TestTls.make(certificates.resolve("tls"));
  }

  @BeforeEach
  void start() {
    azure = FakeAzure.start(tls.context(), KeyServiceHttp.TLS);
    metadata = new FakeMetadata(azure);
  }

  @AfterEach
  void stop() {
    metadata.close();
    azure.close();
  }

  private KeySettings settings() throws IOException {
    return AzureSettings.of(folder, azure, tls.authority());
  }

  private KeySettings managed() throws IOException {
    return settings().set("login", "managed-identity").without("tenant").without("client");
  }

  private KeyManagementService open(KeySettings settings) throws IOException {
    return AzureSettings.openForOneTry(
        settings, folder, new AzureKeyManagementProvider(metadata.address()));
  }

  private static KeyManagementException failure(KeyManagementService kms) {
    try {
      var _ = kms.wrap(KEY, DATA);
    } catch (KeyManagementException e) {
      return e;
    }
    throw new AssertionError("it wrapped");
  }

  @Test
  void aSecretIsReadAgainAtEachLogin() throws IOException {
    KeySettings settings = settings();
    try (KeyManagementService kms = open(settings)) {
      settings.secret("secret", "an-older-secret");
      KeyManagementException failure = failure(kms);
      assertThat(failure.probe()).isEqualTo(Probe.REVOKED);
      assertThat(failure.reason()).isEqualTo("login: status 401: invalid_client AADSTS7000215");
      settings.secret("secret", "");
      assertThat(failure(kms).probe()).as("just being replaced").isEqualTo(Probe.UNREACHABLE);
      settings.secret("secret", FakeAzure.SECRET + "\n");
      assertThat(kms.probe()).isEqualTo(Probe.OK);
    }
  }

  @Test
  void credentialsThatAreOpenToOthersAreNotShown() throws IOException {
    KeySettings settings = settings();
    Files.setPosixFilePermissions(
        folder.resolve("secret"), PosixFilePermissions.fromString("rw-r--r--"));
    try (KeyManagementService kms = open(settings)) {
      KeyManagementException failure = failure(kms);
      assertThat(failure.probe()).isEqualTo(Probe.UNREACHABLE);
      assertThat(failure.reason())
          .contains("rekindle.keys.azure.client-secret-file", "its mode must be 0600");
      assertThat(azure.requests()).isZero();
    }
  }

  @Test
  void aServiceAccountOfKubernetesLogsIn() throws IOException {
    Path account = folder.resolve("account");
    Files.writeString(account, FakeAzure.ACCOUNT);
    KeySettings settings =
        settings()
            .set("login", "workload-identity")
            .set("federated-token-file", account.toString())
            .without("client-secret-file");
    try (KeyManagementService kms = open(settings)) {
      assertThat(kms.probe()).isEqualTo(Probe.OK);
      Files.writeString(account, "of-somebody-else");
      kms.logOut();
      KeyManagementException failure = failure(kms);
      assertThat(failure.probe()).isEqualTo(Probe.REVOKED);
      assertThat(failure.reason()).isEqualTo("login: status 401: invalid_client AADSTS700213");
      Files.delete(account);
      assertThat(kms.probe()).as("says nothing of the key").isEqualTo(Probe.UNREACHABLE);
      assertThat(failure(kms).reason()).contains("rekindle.keys.azure.federated-token-file");
    }
  }

  @Test
  void anApplicationThatIsNotKnownIsRefused() throws IOException {
    try (KeyManagementService kms =
        open(settings().set("client", "00000000-0000-0000-0000-000000000000"))) {
      assertThat(failure(kms).reason())
          .isEqualTo("login: status 400: unauthorized_client AADSTS700016");
      assertThat(kms.probe()).isEqualTo(Probe.REVOKED);
    }
  }

  @Test
  void anAnswerThatIsNoTokenIsNoLogin() throws IOException {
    try (KeyManagementService kms = open(settings());
        KeyManagementService machine = open(managed())) {
      for (String json :
          List.of(
              "{}",
              "[]",
              "{\"token_type\":\"Bearer\",\"expires_in\":3599}",
              "{\"token_type\":\"pop\",\"expires_in\":3599,\"access_token\":\"a\"}",
              "{\"token_type\":\"Bearer\",\"expires_in\":3599,\"access_token\":\"a b\\n\"}",
              "{\"token_type\":\"Bearer\",\"expires_in\":3599,\"access_token\":\"a\"")) {
        azure.answerAtLogin(200, json);
        metadata.answer(200, json);
        for (KeyManagementService each : List.of(kms, machine)) {
          KeyManagementException failure = failure(each);
          assertThat(failure.reason()).as(json).isEqualTo("login: no token");
          assertThat(failure.probe()).isEqualTo(Probe.UNREACHABLE);
        }
      }
    }
  }

  @Test
  void aTimeThatIsNoneIsNoFault() throws IOException {
    try (KeyManagementService kms = open(settings());
        KeyManagementService machine = open(managed())) {
      for (String time :
          List.of("\"soon\"", "-1", "0", "null", "[]", "999999999999999999", "1e300")) {
        String json =
            "{\"token_type\":\"bearer\",\"expires_in\":%s,\"access_token\":\"%s\"}"
                .formatted(time, azure.token());
        azure.answerAtLogin(200, json);
        metadata.answer(200, json);
        for (KeyManagementService each : List.of(kms, machine)) {
          each.logOut();
          assertThat(each.probe()).as(time).isEqualTo(Probe.OK);
        }
      }
    }
  }

  @Test
  void aMachineLogsInByItsMetadataService() throws IOException {
    try (KeyManagementService kms = open(managed());
        KeyManagementService one = open(managed().set("client", FakeAzure.CLIENT))) {
      assertThat(kms.probe()).isEqualTo(Probe.OK);
      assertThat(one.probe()).isEqualTo(Probe.OK);
      String asked =
          "/metadata/identity/oauth2/token?api-version=2018-02-01"
              + "&resource=https%3A%2F%2Fvault.azure.net";
      assertThat(metadata.asked()).containsExactly(asked, asked + "&client_id=" + FakeAzure.CLIENT);
    }
  }

  /** Nobody proves who it is, so that it alone revokes nothing. */
  @ParameterizedTest
  @CsvSource({
    "400, '{\"error\":\"invalid_request\",\"error_description\":\"Identity not found\"}',"
        + " UNREACHABLE",
    "404, '<html>', UNREACHABLE",
    "410, '', UNREACHABLE",
    "429, '{\"error\":\"too_many_requests\"}', UNREACHABLE",
    "400, '{\"error\":\"unauthorized_client\",\"error_description\":\"AADSTS7000112: off\"}',"
        + " REVOKED"
  })
  void whatAMetadataServiceSaysIsNotOfTheKeyUnlessEntraSaysIt(int status, String json, Probe probe)
      throws IOException {
    try (KeyManagementService kms = open(managed())) {
      metadata.answer(status, json);
      assertThat(failure(kms).probe()).isEqualTo(probe);
      metadata.answer(200, null);
      assertThat(kms.probe()).isEqualTo(Probe.OK);
    }
  }

  @Test
  void aTokenThatTheMetadataServiceHasKeptLastsForWhatIsLeft() {
    try (AzureHttp http = http()) {
      metadata.setSecondsLeft(600);
      AzureToken token =
          new ManagedIdentity(http, metadata.address(), Optional.empty(), "https://vault.azure.net")
              .logIn();
      assertThat(token.lasts()).isBetween(Duration.ofSeconds(590), Duration.ofSeconds(600));
      assertThat(token).hasToString("a token");
    }
  }

  /** By the clock of the node its tokens are over as they come, or last for ever. */
  @ParameterizedTest
  @ValueSource(longs = {-7_200, -1, 0, 1_000_000})
  void aMachineWhoseClockIsWrongLogsInAllTheSame(long secondsLeft) throws IOException {
    metadata.setSecondsLeft(secondsLeft);
    try (KeyManagementService kms = open(managed())) {
      byte[] wrapped = kms.wrap(KEY, DATA);
      assertThat(kms.unwrap(wrapped, DATA)).isEqualTo(KEY);
      metadata.answer(503, "{\"error\":\"server_error\"}");
      Probe probe = secondsLeft > 0 ? Probe.OK : Probe.UNREACHABLE;
      assertThat(kms.probe()).as("no token is to be had").isEqualTo(probe);
      metadata.answer(200, null);
      assertThat(kms.unwrap(wrapped, DATA)).isEqualTo(KEY);
    }
  }

  @Test
  void aTokenThatIsNotValidYetSaysNothingOfTheKey() throws IOException {
    try (KeyManagementService kms = open(managed())) {
      assertThat(kms.probe()).isEqualTo(Probe.OK);
      azure.answerAtVault(
          401, FakeAzure.fault("Unauthorized", "IDX10222: The token is not yet valid.", null));
      KeyManagementException failure = failure(kms);
      assertThat(failure.probe()).isEqualTo(Probe.UNREACHABLE);
      assertThat(failure.reason()).isEqualTo("status 401: Unauthorized");
      assertThat(metadata.asked()).as("a fresh one was tried").hasSize(2);
      azure.answerAtVault(200, null);
      assertThat(kms.probe()).isEqualTo(Probe.OK);
    }
  }

  @Test
  void aMachineThatIsNotOfAzureIsNotLoggedIn() throws IOException {
    metadata.close();
    try (KeyManagementService kms = open(managed())) {
      assertThat(failure(kms).reason()).endsWith("Exception");
      assertThat(kms.probe()).isEqualTo(Probe.UNREACHABLE);
    }
  }

  private AzureHttp http() {
    return new AzureHttp(
        KeyServiceHttp.client(Optional.of(tls.authority()), Duration.ofSeconds(5)));
  }

  @Test
  void aTokenIsAskedForAnewWhenTwoThirdsOfItsTimeAreOver() {
    long[] nanos = {0};
    int[] logins = {0};
    boolean[] refused = {false};
    AzureCredentials credentials =
        () -> {
          if (refused[0]) {
            throw new KeyManagementException(Probe.REVOKED, "refused", null);
          }
          return new AzureToken("token-" + ++logins[0], Duration.ofSeconds(60));
        };
    AzureLogin login = new AzureLogin(credentials, () -> nanos[0]);
    assertThat(login.token()).isEqualTo("token-1");
    nanos[0] = 39_000_000_000L;
    assertThat(login.token()).isEqualTo("token-1");
    nanos[0] = 41_000_000_000L;
    refused[0] = true;
    assertThat(login.token()).as("not renewed, and still good").isEqualTo("token-1");
    nanos[0] = 49_000_000_000L;
    refused[0] = false;
    assertThat(login.token()).as("not asked for at once again").isEqualTo("token-1");
    nanos[0] = 51_000_000_000L;
    assertThat(login.token()).isEqualTo("token-2");
    login.forget("token-1");
    assertThat(login.token()).as("another one was meant").isEqualTo("token-2");
    login.forget("token-2");
    assertThat(login.token()).isEqualTo("token-3");
    nanos[0] += 61_000_000_000L;
    refused[0] = true;
    assertThatExceptionOfType(KeyManagementException.class)
        .as("its time is over")
        .isThrownBy(login::token);
  }

  @Test
  void theEnvironmentHasNoSay() throws Exception {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(List.of("-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path")));
    words.addAll(List.of(ProbeMain.class.getName(), folder.toString()));
    words.add(metadata.address().toString());
    settings().values().forEach((key, value) -> words.add(key + "=" + value));
    ProcessBuilder process = new ProcessBuilder(words).redirectErrorStream(true);
    String nowhere = "http://127.0.0.1:9";
    for (String name :
        List.of(
            "AZURE_AUTHORITY_HOST",
            "AZURE_POD_IDENTITY_AUTHORITY_HOST",
            "IDENTITY_ENDPOINT",
            "MSI_ENDPOINT",
            "HTTP_PROXY",
            "HTTPS_PROXY")) {
      process.environment().put(name, nowhere);
    }
    process
        .environment()
        .putAll(
            Map.of(
                "AZURE_TENANT_ID", "elsewhere",
                "AZURE_CLIENT_ID", "somebody",
                "AZURE_CLIENT_SECRET", "something",
                "AZURE_REGIONAL_AUTHORITY_NAME", "westeurope",
                "AZURE_FEDERATED_TOKEN_FILE", "/dev/null",
                "AZURE_HTTP_REST_PROXY_SYNC_PROXY_ENABLED", "false",
                "AZURE_LOG_LEVEL", "verbose",
                "AZURE_HTTP_LOG_DETAIL_LEVEL", "body_and_headers",
                "IDENTITY_HEADER", "header",
                "REGION_NAME", "westeurope"));
    Process begun = process.start();
    String said = new String(begun.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(said).isEqualTo("client-secret OK\nmanaged-identity OK\n");
    assertThat(begun.waitFor()).isZero();
    assertThat(metadata.asked()).hasSize(1);
  }

  @Test
  void nothingThatIsSecretIsEverSaidOrLogged() throws IOException {
    Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    Level before = root.getLevel();
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    root.addAppender(log);
    root.setLevel(Level.TRACE);
    StringWriter said = new StringWriter();
    try (KeyManagementService kms = open(settings())) {
      said.write(kms.describe());
      assertThat(kms.probe()).isEqualTo(Probe.OK);
      azure.setLoginsAllowed(false);
      kms.logOut();
      say(kms, said);
      azure.setLoginsAllowed(true);
      azure.setAllowed(false);
      say(kms, said);
      azure.setAllowed(true);
      azure.setConfused(true);
      say(kms, said);
      azure.setConfused(false);
      String key = Base64.getUrlEncoder().withoutPadding().encodeToString(KEY);
      azure.answerAtVault(200, "{\"kid\":\"" + key + "\",\"value\":\"" + key + "!\"}");
      say(kms, said);
      azure.answerAtVault(200, "{\"value\":\"" + key + "\"");
      say(kms, said);
      azure.answerAtVault(403, "{\"value\":\"" + key + "\"}");
      say(kms, said);
      azure.answerAtVault(0, null);
      azure.answerAtLogin(200, "{\"token_type\":\"Bearer\",\"access_token\":\"eyJhb\\u0000\"}");
      kms.logOut();
      say(kms, said);
      azure.answerAtLogin(401, "{\"error\":\"eyJhb\",\"error_description\":\"eyJhb\"}");
      say(kms, said);
    } finally {
      root.setLevel(before);
      root.detachAppender(log);
    }
    assertThat(said.toString())
        .contains("AADSTS7000215", "ForbiddenByRbac", "no sensible answer", "login: no token");
    for (ILoggingEvent event : List.copyOf(log.list)) {
      if (event.getLevel().isGreaterOrEqual(Level.INFO)) {
        assertThat(event.getLoggerName()).startsWith("io.rekindle.");
      }
      said.write("\n" + event.getLoggerName() + " " + event.getFormattedMessage());
      if (event.getThrowableProxy() != null) {
        said.write(" " + event.getThrowableProxy().getMessage());
      }
    }
    assertThat(said.toString())
        .doesNotContain(FakeAzure.SECRET, "cret%2B", "eyJhb")
        .doesNotContain(Base64.getUrlEncoder().encodeToString(KEY).substring(0, 12));
  }

  private static void say(KeyManagementService kms, StringWriter said) {
    KeyManagementException failure = failure(kms);
    said.write("\n" + failure.reason() + "\n");
    failure.printStackTrace(new PrintWriter(said, true));
  }

  @Test
  void theMetadataServiceIsWhereItIsOnAllMachines() {
    assertThat(ManagedIdentity.SERVICE).isEqualTo(URI.create("http://169.254.169.254"));
  }
}
