package io.rekindle.node.kms.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rekindle.node.kms.KeyManagementException;
import io.rekindle.node.kms.KeyManagementService;
import io.rekindle.node.kms.KeyManagementService.Probe;
import io.rekindle.node.kms.contract.KeySettings;
import io.rekindle.node.kms.contract.TestTls;
import io.rekindle.node.kms.http.KeyServiceHttp;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** What is of AWS alone: its answers, its SDK's traps, its settings. */
class AwsKeyManagementServiceTest {
  private static final byte[] DATA = {1, 2, 3};
  private static final byte[] KEY = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
  private static final String TLS = KeyServiceHttp.TLS;

  @TempDir private static Path certificates;
  private static TestTls tls;

  @TempDir private Path folder;
  private FakeAws aws;

  @BeforeAll
  static void makeCertificates() throws Exception {
    tls = TestTls.make(certificates.resolve("tls"));
  }

  @BeforeEach
  void start() {
    aws = FakeAws.start(tls.context(), TLS);
  }

  @AfterEach
  void stop() {
    aws.close();
  }

  /** With an access key of a file, of which nothing is asked. */
  private KeySettings settings() throws IOException {
    return byFile(AwsSettings.of(folder, aws, tls.authority()));
  }

  private static KeySettings byFile(KeySettings settings) throws IOException {
    Path file = settings.secret("credentials", AwsSettings.profile(FakeAws.PERSON));
    return settings.set("login", "file").set("credentials-file", file.toString());
  }

  private KeyManagementService open(KeySettings settings) throws IOException {
    return AwsSettings.openOnce(settings, folder, new AwsKeyManagementProvider());
  }

  private static KeyManagementException failure(KeyManagementService kms) {
    return failure(() -> kms.wrap(KEY, DATA));
  }

  private static KeyManagementException failure(Supplier<byte[]> request) {
    try {
      var _ = request.get();
    } catch (KeyManagementException e) {
      return e;
    }
    throw new AssertionError("it works");
  }

  /** Status, code, what is said, and what it says of the key. */
  private static final String CODES =
      """
      400, DisabledException, key is disabled., REVOKED
      400, NotFoundException, Key 'x' does not exist, REVOKED
      400, InvalidKeyUsageException, , REVOKED
      400, KMSInvalidStateException, key is pending deletion., REVOKED
      400, KMSInvalidStateException, key is pending replica deletion., REVOKED
      400, KMSInvalidStateException, key is pending import., REVOKED
      400, KMSInvalidStateException, key is unavailable., UNREACHABLE
      400, KMSInvalidStateException, key is creating., UNREACHABLE
      400, AccessDeniedException, User is not authorized, REVOKED
      403, UnrecognizedClientException, , REVOKED
      403, InvalidClientTokenId, , REVOKED
      400, ExpiredTokenException, , UNREACHABLE
      403, SignatureDoesNotMatch, , UNREACHABLE
      400, InvalidSignatureException, Signature expired: 1 is now earlier than 2, UNREACHABLE
      400, RequestExpired, , UNREACHABLE
      400, IncompleteSignature, , UNREACHABLE
      403, MissingAuthenticationTokenException, , UNREACHABLE
      403, OptInRequired, , UNREACHABLE
      400, ThrottlingException, Rate exceeded, UNREACHABLE
      400, LimitExceededException, , UNREACHABLE
      400, ValidationException, , UNREACHABLE
      400, com.amazonaws.kms#DisabledException, , REVOKED
      500, KeyUnavailableException, , UNREACHABLE
      500, DependencyTimeoutException, , UNREACHABLE
      503, KMSInternalException, , UNREACHABLE
      500, DisabledException, , UNREACHABLE
      500, AccessDeniedException, , UNREACHABLE
      400, InvalidCiphertextException, , OK
      400, IncorrectKeyException, , OK
      """;

  @Test
  void aCodeSaysWhatItSaysOfTheKey() throws IOException {
    try (KeyManagementService kms = open(settings())) {
      byte[] wrapped = kms.wrap(KEY, DATA);
      for (String line : CODES.lines().toList()) {
        String[] row = line.split(", *", -1);
        aws.refuseAll(Integer.parseInt(row[0]), row[1], row[2]);
        assertThatExceptionOfType(KeyManagementException.class)
            .as(line)
            .isThrownBy(() -> kms.unwrap(wrapped, DATA))
            .satisfies(e -> assertThat(e.probe()).isEqualTo(Probe.valueOf(row[3])))
            .satisfies(e -> assertThat(e.reason()).contains(row[1].replaceAll(".*#", "")));
        aws.refuseAll(0, null, "");
        assertThat(kms.unwrap(wrapped, DATA)).isEqualTo(KEY);
      }
    }
  }

  @Test
  void whatAwsSaysOfARefusalIsShownInOneLine() throws IOException {
    try (KeyManagementService kms = open(settings())) {
      aws.setEnabled(false);
      assertThat(failure(kms).reason())
          .isEqualTo("DisabledException: " + FakeAws.KEY + " is disabled.");
    }
  }

  @Test
  void aPageOfAProxyIsNoAnswerOfAws() throws IOException {
    try (KeyManagementService kms = open(settings())) {
      for (int status : new int[] {200, 301, 307, 400, 401, 403, 404, 407, 413, 502, 511}) {
        aws.answerByProxy(status);
        assertThat(kms.probe()).as("%d", status).isEqualTo(Probe.UNREACHABLE);
      }
      aws.answerByProxy(0);
      assertThat(kms.probe()).isEqualTo(Probe.OK);
    }
  }

  /** Refusals count, and so they have to be AWS's own. */
  @Test
  void aRefusalWithoutTheIdOfARequestIsNotOfAws() throws IOException {
    try (KeyManagementService kms = open(settings())) {
      aws.setEnabled(false);
      aws.setAnonymous(true);
      assertThat(failure(kms))
          .returns(Probe.UNREACHABLE, KeyManagementException::probe)
          .returns("status 400: DisabledException", KeyManagementException::reason);
      aws.setAnonymous(false);
      assertThat(kms.probe()).isEqualTo(Probe.REVOKED);
    }
  }

  @Test
  void nonsenseIsNoAnswer() throws IOException {
    List<String> bodies =
        List.of(
            "",
            "{",
            "[]",
            "null",
            "5",
            "{\"KeyId\": 5, \"CiphertextBlob\": 5}",
            "{\"KeyId\": {}, \"CiphertextBlob\": {}}",
            "{\"KeyId\": [], \"CiphertextBlob\": [1], \"EncryptionAlgorithm\": []}",
            "{\"KeyId\": null, \"CiphertextBlob\": \"%%\"}",
            "{\"__type\": {}, \"message\": []}",
            "{\"__type\": 5}",
            "{\"__type\": \"\"}",
            "{\"__type\": null, \"message\": null}",
            "{\"__type\": \"x#\"}",
            "{\"message\": \"Forbidden\"}",
            "<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>",
            "<a><b></a>",
            "\u0000\uffff");
    try (KeyManagementService person = open(settings());
        KeyManagementService pod = open(AwsSettings.of(folder, aws, tls.authority()))) {
      for (String body : bodies) {
        for (int status : new int[] {200, 400, 403, 500}) {
          aws.answerRaw(status, body);
          assertThat(failure(person).probe()).as("%d", status).isEqualTo(Probe.UNREACHABLE);
          boolean refusal = body.contains("AccessDenied") && (status == 400 || status == 403);
          assertThat(failure(pod).probe())
              .as("login: %d", status)
              .isEqualTo(refusal ? Probe.REVOKED : Probe.UNREACHABLE);
        }
      }
    }
  }

  @Test
  void anAnswerThatNestsWithoutEndIsNoAnswer() throws IOException {
    try (KeyManagementService kms = open(settings())) {
      aws.answerRaw(200, "{\"KeyId\":".repeat(50_000));
      assertThat(failure(kms).probe()).isEqualTo(Probe.UNREACHABLE);
      aws.answerRaw(400, "[".repeat(500_000));
      assertThat(failure(kms).probe()).isEqualTo(Probe.UNREACHABLE);
      aws.answerRaw(200, " ".repeat(2 << 20));
      assertThat(failure(kms).probe()).as("more than is read").isEqualTo(Probe.UNREACHABLE);
    }
  }

  @Test
  void anAnswerOfAnotherKeyIsNotBelieved() throws IOException {
    List<UnaryOperator<ObjectNode>> forgeries =
        List.of(
            answer -> answer.put("KeyId", FakeAws.OTHER),
            answer -> answer.put("KeyId", FakeAws.KEY.replace("eu-central-1", "us-east-1")),
            answer -> answer.put("KeyId", FakeAws.KEY.replace("1111", "9999")),
            answer -> answer.put("KeyId", "nonsense"),
            answer -> answer.without("KeyId"),
            answer -> answer.put("EncryptionAlgorithm", "RSAES_OAEP_SHA_256"),
            answer -> answer.without("EncryptionAlgorithm"),
            answer -> answer.without(List.of("CiphertextBlob", "Plaintext")),
            answer -> answer.put("CiphertextBlob", "").put("Plaintext", "no base64 !"),
            answer -> answer.put("CiphertextBlob", base64(7_000)).put("Plaintext", ""),
            ObjectNode::removeAll);
    try (KeyManagementService kms = open(settings())) {
      byte[] wrapped = kms.wrap(KEY, DATA);
      for (int i = 0; i < forgeries.size(); i++) {
        aws.forge(forgeries.get(i));
        assertThat(failure(kms).probe()).as("%d", i).isEqualTo(Probe.UNREACHABLE);
        assertThatExceptionOfType(KeyManagementException.class)
            .as("%d", i)
            .isThrownBy(() -> kms.unwrap(wrapped, DATA))
            .satisfies(e -> assertThat(e.probe()).isEqualTo(Probe.UNREACHABLE));
      }
    }
  }

  private static String base64(int bytes) {
    return Base64.getEncoder().encodeToString(new byte[bytes]);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1234abcd-12ab-34cd-56ef-1234567890ab",
        FakeAws.ALIAS,
        "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      })
  void aKeyIsNamedByItsIdItsArnOrAnAlias(String name) throws IOException {
    KeySettings settings = settings().set("key", name).set("region", FakeAws.REGION);
    try (KeyManagementService kms = open(settings)) {
      assertThat(kms.unwrap(kms.wrap(KEY, DATA), DATA)).isEqualTo(KEY);
      assertThat(kms.describe())
          .isEqualTo("key " + name + " of eu-central-1 in AWS KMS at " + aws.address());
    }
  }

  @Test
  void anAliasThatIsMovedSaysNothingOfTheKeyItWasOf() throws IOException {
    KeySettings settings = settings().set("key", FakeAws.ALIAS).set("region", FakeAws.REGION);
    try (KeyManagementService kms = open(settings)) {
      byte[] wrapped = kms.wrap(KEY, DATA);
      aws.moveAlias();
      assertThat(failure(kms).probe()).isEqualTo(Probe.UNREACHABLE);
      assertThat(failure(kms).reason()).contains("the alias was moved");
      assertThatExceptionOfType(KeyManagementException.class)
          .isThrownBy(() -> kms.unwrap(wrapped, DATA))
          .satisfies(e -> assertThat(e.probe()).isEqualTo(Probe.OK));
    }
  }

  @Test
  void whatNoKeyCouldHaveWrappedIsNotSent() throws IOException {
    try (KeyManagementService kms = open(settings())) {
      for (int bytes : new int[] {0, 6_145, 1 << 20}) {
        assertThatExceptionOfType(KeyManagementException.class)
            .isThrownBy(() -> kms.unwrap(new byte[bytes], DATA))
            .satisfies(e -> assertThat(e.probe()).isEqualTo(Probe.OK));
      }
      assertThat(aws.requests()).isZero();
    }
  }

  @Test
  void aServerThatSpeaksAnOlderTlsIsNotTalkedTo() throws IOException {
    try (FakeAws old = FakeAws.start(tls.context(), "TLSv1.2");
        KeyManagementService kms = open(byFile(AwsSettings.of(folder, old, tls.authority())))) {
      assertThat(failure(kms).reason()).isEqualTo("SSLHandshakeException");
      assertThat(old.requests()).isZero();
    }
  }

  @Test
  void aServerOfAnotherAuthorityIsNotTalkedTo() throws Exception {
    TestTls foreign = TestTls.make(folder.resolve("foreign"));
    try (KeyManagementService kms =
            open(settings().set("ca-file", foreign.authority().toString()));
        KeyManagementService byJdk = open(settings().without("ca-file"))) {
      assertThat(failure(kms).probe()).isEqualTo(Probe.UNREACHABLE);
      assertThat(failure(byJdk).probe()).isEqualTo(Probe.UNREACHABLE);
      assertThat(aws.requests()).isZero();
    }
  }

  @Test
  void aRedirectIsNotFollowed() throws IOException {
    try (FakeAws elsewhere = FakeAws.start(tls.context(), TLS);
        KeyManagementService kms = open(settings())) {
      aws.redirectTo(elsewhere.address());
      assertThat(failure(kms).reason()).isEqualTo("status 307");
      assertThat(elsewhere.requests()).isZero();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "20, Signature expired: ",
    "-20, Signature not yet current: ",
    "300, Signature expired: ",
    "-300, Signature not yet current: "
  })
  void aClockThatIsWrongSaysNothingOfTheKey(int minutes, String said) throws IOException {
    try (KeyManagementService person = open(settings());
        KeyManagementService pod = open(AwsSettings.of(folder, aws, tls.authority()))) {
      for (KeyManagementService kms : List.of(person, pod)) {
        byte[] wrapped = kms.wrap(KEY, DATA);
        aws.setClockAhead(Duration.ofMinutes(minutes));
        KeyManagementException failure = failure(kms);
        assertThat(failure.probe()).isEqualTo(Probe.UNREACHABLE);
        assertThat(failure.reason()).startsWith("InvalidSignatureException: " + said);
        kms.logOut();
        assertThat(kms.probe()).isEqualTo(Probe.UNREACHABLE);
        aws.setClockAhead(Duration.ZERO);
        assertThat(kms.unwrap(wrapped, DATA)).isEqualTo(KEY);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"1234abcd-12ab-34cd-56ef-1234567890ab", FakeAws.ALIAS})
  void aRegionWithoutTheKeyDoesNotRevokeIt(String name) throws IOException {
    KeySettings named = settings().set("key", name).set("region", FakeAws.REGION);
    try (FakeAws elsewhere = FakeAws.start(tls.context(), TLS);
        KeyManagementService kms = open(named);
        KeyManagementService lost =
            open(named.set("region", "us-east-1").set("endpoint", elsewhere.address()))) {
      elsewhere.moveTo("us-east-1");
      byte[] wrapped = kms.wrap(KEY, DATA);
      for (KeyManagementException failure :
          List.of(failure(lost), failure(() -> lost.unwrap(wrapped, DATA)))) {
        assertThat(failure.probe()).isEqualTo(Probe.OK);
        assertThat(failure.reason())
            .startsWith("no such key in this region: NotFoundException: Key '" + name);
      }
      assertThat(lost.probe()).isEqualTo(Probe.UNREACHABLE);
      aws.moveTo(FakeAws.REGION);
      assertThat(failure(() -> kms.unwrap(wrapped, DATA)).probe())
          .as("it was there")
          .isEqualTo(Probe.REVOKED);
    }
  }

  @Test
  void anEndpointOfAnotherRegionSaysNothingOfTheKey() throws IOException {
    try (KeyManagementService kms = open(settings())) {
      aws.moveTo("us-east-1");
      assertThat(failure(kms).probe()).isEqualTo(Probe.UNREACHABLE);
      assertThat(failure(kms).reason()).isEqualTo("InvalidSignatureException");
    }
  }

  @Test
  void eachAttemptAsksOnce() throws IOException {
    try (KeyManagementService kms = settings().open(new AwsKeyManagementProvider())) {
      aws.fail(1_000);
      assertThat(failure(kms).probe()).isEqualTo(Probe.UNREACHABLE);
      assertThat(aws.requests()).isEqualTo(2);
      aws.fail(0);
      aws.throttle(1_000);
      assertThat(failure(kms).reason()).isEqualTo("ThrottlingException");
      assertThat(aws.requests()).isEqualTo(4);
    }
  }

  @Test
  void neitherASecretNorATokenNorAKeyIsEverSaidOrLogged() throws IOException {
    Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    ListAppender<ILoggingEvent> logged = new ListAppender<>();
    logged.start();
    Level before = root.getLevel();
    root.addAppender(logged);
    root.setLevel(Level.TRACE);
    StringWriter said = new StringWriter();
    try (KeyManagementService person = open(settings());
        KeyManagementService pod = open(AwsSettings.of(folder, aws, tls.authority()))) {
      said.write(pod.describe());
      var _ = person.wrap(KEY, DATA);
      aws.setLoginsAllowed(false);
      say(pod, said);
      aws.setLoginsAllowed(true);
      for (KeyManagementService kms : List.of(person, pod)) {
        aws.setAllowed(false);
        say(kms, said);
        aws.setAllowed(true);
        aws.garble(1);
        say(kms, said);
        aws.fail(1);
        say(kms, said);
        aws.setClockAhead(Duration.ofHours(1));
        var _ = kms.probe();
        aws.setClockAhead(Duration.ZERO);
      }
    } finally {
      root.setLevel(before);
      root.detachAppender(logged);
    }
    assertThat(logged.list)
        .as("the SDK is quiet")
        .noneMatch(event -> event.getLoggerName().startsWith("software.amazon"));
    logged.list.forEach(event -> said.write(event + " " + event.getThrowableProxy() + "\n"));
    assertThat(said.toString())
        .contains("login: AccessDenied", "AccessDeniedException", "status 500")
        .doesNotContain("secret-of-", "token-", FakeAws.ACCOUNT, "Canonical")
        .doesNotContain(Base64.getEncoder().encodeToString(KEY));
  }

  private static void say(KeyManagementService kms, StringWriter said) {
    KeyManagementException failure = failure(kms);
    said.write("\n" + failure.reason() + "\n");
    failure.printStackTrace(new PrintWriter(said, true));
  }
}
