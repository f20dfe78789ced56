package io.rekindle.node.kms.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.rekindle.node.error.StartRefusedException;
import io.rekindle.node.kms.KeyManagementException;
import io.rekindle.node.kms.KeyManagementService;
import io.rekindle.node.kms.KeyManagementService.Probe;
import io.rekindle.node.kms.contract.KeySettings;
import io.rekindle.node.kms.contract.TestTls;
import io.rekindle.node.kms.http.KeyServiceHttp;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsCredentials;

/** The four ways in which a node shows AWS who it is. */
class AwsCredentialSourceTest {
  private static final byte[] DATA = {1, 2, 3};
  private static final byte[] KEY = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

  @TempDir private static Path certificates;
  private static TestTls tls;

  @TempDir private Path folder;
  private FakeAws aws;
  private FakeMachine machine;
  private final Map<String, String> environment = new HashMap<>();

  @BeforeAll
  static void makeCertificates() throws Exception {
    tls = TestTls.make(certificates.resolve("tls"));
  }

  @BeforeEach
  void start() {
    aws = FakeAws.start(tls.context(), KeyServiceHttp.TLS);
    machine = FakeMachine.start(aws);
  }

  @AfterEach
  void stop() {
    machine.close();
    aws.close();
  }

  private KeySettings settings(String login) throws IOException {
    return AwsSettings.of(folder, aws, tls.authority()).set("login", login);
  }

  private KeySettings byFile(String content) throws IOException {
    KeySettings settings = settings("file");
    return settings.set("credentials-file", settings.secret("credentials", content).toString());
  }

  private KeyManagementService open(KeySettings settings) throws IOException {
    return AwsSettings.openOnce(
        settings, folder, new AwsKeyManagementProvider(environment::get, machine.address()));
  }

  private static KeyManagementException failure(KeyManagementService kms) {
    try {
      var _ = kms.wrap(KEY, DATA);
    } catch (KeyManagementException e) {
      return e;
    }
    throw new AssertionError("it wrapped");
  }

  private static void assertUnreachable(KeyManagementService kms, String reason) {
    KeyManagementException failure = failure(kms);
    assertThat(failure.reason()).contains(reason);
    assertThat(failure.probe()).isEqualTo(Probe.UNREACHABLE);
  }

  @Test
  void anAccessKeyOfAFileIsReadEachTimeSoThatItMayBeReplaced() throws IOException {
    KeySettings settings = byFile(AwsSettings.profile(FakeAws.PERSON));
    try (KeyManagementService kms = open(settings)) {
      byte[] wrapped = kms.wrap(KEY, DATA);
      settings.secret("credentials", AwsSettings.profile(aws.logIn()));
      assertThat(kms.unwrap(wrapped, DATA)).isEqualTo(KEY);
      aws.deleteLogin(FakeAws.PERSON.id());
      assertThat(kms.unwrap(wrapped, DATA)).isEqualTo(KEY);
      assertThat(aws.operations()).containsExactly("Encrypt", "Decrypt", "Decrypt");
    }
  }

  @Test
  void theProfileThatIsNamedIsTheOne() throws IOException {
    String profiles =
        "[default]\naws_access_key_id = AKIANONE\naws_secret_access_key = none\n\n"
            + AwsSettings.profile(FakeAws.PERSON).replace("[default]", "[rekindle]");
    try (KeyManagementService kms = open(byFile(profiles).set("profile", "rekindle"))) {
      assertThat(kms.probe()).isEqualTo(Probe.OK);
    }
  }

  @Test
  void anAccessKeyThatIsDeletedIsARevocation() throws IOException {
    try (KeyManagementService kms = open(byFile(AwsSettings.profile(FakeAws.PERSON)))) {
      assertThat(kms.probe()).isEqualTo(Probe.OK);
      aws.deleteLogin(FakeAws.PERSON.id());
      int before = aws.requests();
      KeyManagementException failure = failure(kms);
      assertThat(failure.probe()).isEqualTo(Probe.REVOKED);
      assertThat(failure.reason()).isEqualTo("UnrecognizedClientException");
      assertThat(aws.requests() - before).as("there is no other to show").isEqualTo(1);
    }
  }

  @Test
  void aSessionOfAFileThatIsOverSaysNothingOfTheKey() throws IOException {
    KeySettings settings = byFile(AwsSettings.profile(aws.logIn()));
    try (KeyManagementService kms = open(settings)) {
      aws.expireLogins();
      assertUnreachable(kms, "ExpiredTokenException");
      settings.secret("credentials", AwsSettings.profile(aws.logIn()));
      assertThat(kms.probe()).isEqualTo(Probe.OK);
    }
  }

  @Test
  void aSecretOfAnotherAccessKeySaysNothingOfTheKeyAndIsNotRepeated() throws IOException {
    FakeAws.Login session = aws.logIn();
    FakeAws.Login mixed = new FakeAws.Login(session.id(), "another-secret", session.token());
    try (KeyManagementService kms = open(byFile(AwsSettings.profile(mixed)))) {
      KeyManagementException failure = failure(kms);
      assertThat(failure.probe()).isEqualTo(Probe.UNREACHABLE);
      assertThat(failure.reason()).isEqualTo("InvalidSignatureException");
    }
  }

  @Test
  void credentialsThatAreOpenToOthersAreNotShown() throws IOException {
    KeySettings settings = byFile(AwsSettings.profile(FakeAws.PERSON));
    Files.setPosixFilePermissions(
        folder.resolve("credentials"), PosixFilePermissions.fromString("rw-r--r--"));
    try (KeyManagementService kms = open(settings)) {
      assertUnreachable(kms, "its mode must be 0600");
      Files.delete(folder.resolve("credentials"));
      assertUnreachable(kms, "rekindle.keys.aws.credentials-file");
      assertThat(aws.requests()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "nonsense",
        "[other]\naws_access_key_id = secret\naws_secret_access_key = secret",
        "[default]\nrole_arn = arn:aws:iam::111122223333:role/secret\nsource_profile = other",
        "[default]\ncredential_process = touch secret",
        "[default]\naws_access_key_id = secret",
        "[default]\naws_access_key_id = secret\naws_secret_access_key = a secret",
        "[default]\naws_access_key_id = a\naws_secret_access_key = secret\naws_session_token ="
      })
  void aFileWithoutAnAccessKeyIsNoLogin(String content) throws IOException {
    try (KeyManagementService kms = open(byFile(content))) {
      KeyManagementException failure = failure(kms);
      assertThat(failure.probe()).isEqualTo(Probe.UNREACHABLE);
      assertThat(failure.reason()).isNotBlank().doesNotContain("secret");
      assertThat(aws.requests()).isZero();
    }
  }

  @Test
  void aServiceAccountTakesOnItsRoleAndItsTokenIsReadEachTime() throws IOException {
    Path token = folder.resolve("web-identity-token");
    try (KeyManagementService kms = open(settings("web-identity"))) {
      assertThat(kms.probe()).isEqualTo(Probe.OK);
      assertThat(aws.operations()).containsExactly("login", "Encrypt", "Decrypt");
      Files.writeString(token, "jwt-of-somebody-else");
      kms.logOut();
      assertUnreachable(kms, "login: InvalidIdentityToken");
      Files.delete(token);
      assertUnreachable(kms, "rekindle.keys.aws.web-identity-token-file");
      Files.writeString(token, FakeAws.ACCOUNT + "\n");
      assertThat(kms.probe()).isEqualTo(Probe.OK);
    }
  }

  @Test
  void aLoginIsRefusedByOneCodeAlone() throws IOException {
    try (KeyManagementService kms = open(settings("web-identity"))) {
      aws.refuseLogins(403, "AccessDenied");
      assertThat(failure(kms))
          .returns(Probe.REVOKED, KeyManagementException::probe)
          .returns("login: AccessDenied", KeyManagementException::reason);
      for (String code :
          List.of(
              "ExpiredTokenException",
              "IDPRejectedClaim",
              "IDPCommunicationError",
              "InvalidIdentityToken",
              "RegionDisabledException",
              "RequestExpired",
              "SignatureDoesNotMatch",
              "InvalidSignatureException",
              "Throttling")) {
        aws.refuseLogins(400, code);
        assertUnreachable(kms, "login: " + code);
      }
      aws.refuseLogins(500, "AccessDenied");
      assertUnreachable(kms, "status 500: AccessDenied");
      aws.refuseLogins(0, null);
      assertThat(kms.probe()).isEqualTo(Probe.OK);
    }
  }

  @Test
  void aPageOfAProxyIsNoRefusalOfALogin() throws IOException {
    try (KeyManagementService kms = open(settings("web-identity"))) {
      for (int status : new int[] {200, 302, 401, 403, 404, 407, 502}) {
        aws.answerByProxy(status);
        assertThat(failure(kms).probe()).as("%d", status).isEqualTo(Probe.UNREACHABLE);
      }
      aws.answerByProxy(0);
      assertThat(kms.probe()).isEqualTo(Probe.OK);
    }
  }

  @Test
  void aRefusalThatIsNotConfirmedAfterAFreshLoginSaysNothingOfTheKey() throws IOException {
    try (KeyManagementService kms = open(settings("web-identity"))) {
      assertThat(kms.probe()).isEqualTo(Probe.OK);
      aws.setAllowed(false);
      aws.refuseLogins(503, "ServiceUnavailable");
      assertThat(kms.probe()).isEqualTo(Probe.UNREACHABLE);
      aws.refuseLogins(0, null);
      assertThat(kms.probe()).isEqualTo(Probe.REVOKED);
    }
  }

  @Test
  void anInstanceHandsOutItsRolesLoginByTheSecondVersionAlone() throws IOException {
    try (KeyManagementService kms = open(settings("instance"))) {
      assertThat(kms.probe()).isEqualTo(Probe.OK);
      assertThat(machine.requests())
          .containsExactly(
              "PUT /latest/api/token",
              "GET /latest/meta-data/iam/security-credentials/",
              "GET /latest/meta-data/iam/security-credentials/rekindle");
      aws.expireLogins();
      assertUnreachable(kms, "ExpiredTokenException");
      machine.logInAnew(Duration.ofHours(6));
      assertThat(kms.probe()).isEqualTo(Probe.OK);
    }
  }

  @Test
  void anInstanceWithoutARoleSaysNothingOfTheKey() throws IOException {
    try (KeyManagementService kms = open(settings("instance"))) {
      for (int status : new int[] {301, 401, 403, 404, 500}) {
        machine.answerWithStatus(status);
        assertUnreachable(kms, "login: status " + status);
      }
    }
  }

  @Test
  void anInstanceThatAnswersNonsenseSaysNothingOfTheKey() throws IOException {
    try (KeyManagementService kms = open(settings("instance"))) {
      machine.answerWithCode("AssumeRoleUnauthorizedAccess");
      assertUnreachable(kms, "login: AssumeRoleUnauthorizedAccess");
      machine.answerWithCode("\", \"AccessKeyId\": \"");
      assertThat(failure(kms).probe()).isEqualTo(Probe.UNREACHABLE);
      machine.nameRole("../../user-data");
      assertUnreachable(kms, "no sensible answer");
      assertThat(machine.requests()).noneMatch(request -> request.contains("user-data"));
    }
  }

  @Test
  void aMachineWhoseAnswerDripsIsWaitedForInBounds() throws IOException {
    try (KeyManagementService kms = open(settings("instance").impatient())) {
      machine.setDripping(true);
      assertUnreachable(kms, "login: no whole answer in time");
      machine.close();
      assertUnreachable(kms, "login: ConnectException");
    }
  }

  @Test
  void aContainerHasItsAddressAndItsTokenFromItsEnvironment() throws IOException {
    Path token = folder.resolve("container-token");
    Files.writeString(token, FakeMachine.CONTAINER_TOKEN + "\n");
    environment.put(
        "AWS_CONTAINER_CREDENTIALS_FULL_URI", machine.address() + FakeMachine.CONTAINER);
    environment.put("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", token.toString());
    environment.put("AWS_CONTAINER_AUTHORIZATION_TOKEN", "the file is newer");
    try (KeyManagementService kms = open(settings("container"))) {
      assertThat(kms.probe()).isEqualTo(Probe.OK);
      assertThat(machine.requests()).containsExactly("GET " + FakeMachine.CONTAINER);
      Files.delete(token);
      kms.logOut();
      assertUnreachable(kms, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
    }
    environment.remove("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
    environment.put("AWS_CONTAINER_AUTHORIZATION_TOKEN", FakeMachine.CONTAINER_TOKEN);
    try (KeyManagementService kms = open(settings("container"))) {
      assertThat(kms.probe()).isEqualTo(Probe.OK);
    }
    environment.remove("AWS_CONTAINER_AUTHORIZATION_TOKEN");
    try (KeyManagementService kms = open(settings("container"))) {
      assertUnreachable(kms, "login: status 400");
    }
  }

  @Test
  void aTaskOfEcsIsAskedAtItsOwnAddress() {
    environment.put("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/credentials/1");
    try (LocalHttp http = new LocalHttp(Duration.ofSeconds(1))) {
      assertThat(LocalLogin.Container.of(environment::get, http).address())
          .hasToString("http://169.254.170.2/v2/credentials/1");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "AWS_CONTAINER_CREDENTIALS_FULL_URI, http://example.com/v1",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI, https://169.254.170.23/v1",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI, http://169.254.169.254/v1",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI, not an address",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI, @example.com/v1",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI, .example.com/v1"
  })
  void aContainerIsSentNowhereElse(String variable, String value) throws IOException {
    environment.put(variable, value);
    KeySettings settings = settings("container");
    assertThatExceptionOfType(StartRefusedException.class)
        .isThrownBy(() -> open(settings))
        .withMessageContaining("no address of ECS or EKS");
  }

  @Test
  void aContainerWithoutAnAddressIsNamed() throws IOException {
    KeySettings settings = settings("container");
    assertThatExceptionOfType(StartRefusedException.class)
        .isThrownBy(() -> open(settings))
        .withMessageContaining("AWS_CONTAINER_CREDENTIALS_FULL_URI");
  }

  @Test
  void aLoginIsRenewedInItsLastMinutesAndElseGoodUntilItsEnd() {
    Instant[] now = {Instant.now()};
    try (LocalHttp http = new LocalHttp(Duration.ofSeconds(20))) {
      AwsLogin login = new AwsLogin(new LocalLogin.Instance(http, machine.address()), () -> now[0]);
      AwsCredentials first = login.credentials();
      now[0] = now[0].plus(Duration.ofMinutes(350));
      assertThat(login.credentials()).isSameAs(first);
      assertThat(machine.requests()).hasSize(3);
      now[0] = now[0].plus(Duration.ofMinutes(7));
      machine.answerWithStatus(500);
      assertThat(login.credentials()).as("not renewed yet, and still good").isSameAs(first);
      machine.answerWithStatus(200);
      machine.logInAnew(Duration.ofHours(12));
      AwsCredentials second = login.credentials();
      assertThat(second.accessKeyId()).isEqualTo(machine.login().id());
      login.forget(first);
      assertThat(login.credentials()).as("that was the older one").isSameAs(second);
      now[0] = now[0].plus(Duration.ofHours(13));
      machine.answerWithStatus(500);
      assertThatExceptionOfType(KeyManagementException.class).isThrownBy(login::credentials);
    }
  }
}
