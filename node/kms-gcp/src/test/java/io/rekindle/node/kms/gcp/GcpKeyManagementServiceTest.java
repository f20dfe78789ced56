package io.rekindle.node.kms.gcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.Status;
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
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is of Google alone: its checksums, its names, what answers for it, its settings. */
class GcpKeyManagementServiceTest {
  private static final byte[] DATA = {1, 2, 3};
  private static final byte[] KEY = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

  @TempDir private static Path certificates;
  private static TestTls tls;

  @TempDir private Path folder;
  private FakeGcp gcp;

  @BeforeAll
  static void makeCertificates() throws Exception {
    tls = TestTls.make(certificates.resolve("tls"));
  }

  @BeforeEach
  void start() {
    gcp = FakeGcp.start(tls, "127.0.0.1", KeyServiceHttp.TLS);
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

  private KeyManagementService openAt(String endpoint) throws IOException {
    return GcpSettings.openOnce(folder, settings().set("endpoint", endpoint));
  }

  private static KeyManagementException failure(KeyManagementService kms) {
    return catchThrowableOfType(KeyManagementException.class, () -> kms.wrap(KEY, DATA));
  }

  private static void assertUnreachable(KeyManagementService kms, String reason) {
    KeyManagementException failure = failure(kms);
    assertThat(failure.reason()).contains(reason);
    assertThat(failure.probe()).isEqualTo(Probe.UNREACHABLE);
  }

  @Test
  void aServerThatSpeaksAnOlderTlsIsNotTalkedTo() throws IOException {
    try (FakeGcp old = FakeGcp.start(tls, "127.0.0.1", "TLSv1.2");
        KeyManagementService kms = openAt(old.endpoint())) {
      assertUnreachable(kms, "UNAVAILABLE");
      assertThat(failure(kms).reason()).contains("HandshakeException");
      assertThat(old.keyRequests()).isZero();
    }
  }

  @Test
  void aServerOfAnotherAuthorityIsNotTalkedTo() throws Exception {
    TestTls foreign = TestTls.make(folder.resolve("foreign"));
    try (FakeGcp other = FakeGcp.start(foreign, "127.0.0.1", KeyServiceHttp.TLS);
        KeyManagementService kms = openAt(other.endpoint())) {
      assertUnreachable(kms, "SunCertPathBuilderException");
      assertThat(other.keyRequests()).isZero();
    }
  }

  /** Of keys; the contract has that of logins. */
  @ParameterizedTest
  @CsvSource({"-30, CertificateExpiredException", "30, CertificateNotYetValidException"})
  void aServerWhoseCertificateIsNotValidNowIsNotTalkedTo(int days, String said) throws Exception {
    TestTls untimely =
        TestTls.make(folder.resolve("untimely"), Instant.now().plus(Duration.ofDays(days)));
    Path both = folder.resolve("both.crt");
    Files.writeString(
        both, Files.readString(tls.authority()) + Files.readString(untimely.authority()));
    try (FakeGcp other = FakeGcp.start(untimely, "127.0.0.1", KeyServiceHttp.TLS);
        KeyManagementService kms =
            GcpSettings.openOnce(
                folder,
                settings().set("endpoint", other.endpoint()).set("ca-file", both.toString()))) {
      assertUnreachable(kms, "UNAVAILABLE: " + said);
      assertThat(other.keyRequests()).isZero();
    }
  }

  @Test
  void aServerOfAnotherNameIsNotTalkedTo() throws IOException {
    try (FakeGcp other = FakeGcp.start(tls, "127.0.0.2", KeyServiceHttp.TLS);
        KeyManagementService kms = openAt("127.0.0.2:" + other.port())) {
      assertUnreachable(kms, "UNAVAILABLE: CertificateException");
      assertThat(other.keyRequests()).isZero();
    }
  }

  /** With the same ring and the same name there, and with none. */
  @Test
  void aKeyOfAnotherLocationIsAnotherKey() throws IOException {
    String elsewhere = FakeGcp.KEY.replace("europe-west3", "us-east1");
    try (KeyManagementService kms = open();
        KeyManagementService other =
            GcpSettings.openOnce(folder, settings().set("key", elsewhere))) {
      byte[] wrapped = kms.wrap(KEY, DATA);
      assertIsOfAnotherKey(other, wrapped, "no such key at this location: NOT_FOUND: CryptoKey");
      gcp.addKey(elsewhere);
      assertIsOfAnotherKey(other, wrapped, "INVALID_ARGUMENT: Decryption failed");
      assertIsOfAnotherKey(kms, other.wrap(KEY, DATA), "INVALID_ARGUMENT: Decryption failed");
      assertThat(kms.unwrap(wrapped, DATA)).isEqualTo(KEY);
      gcp.delete();
      assertThat(kms.probe()).as("it was there").isEqualTo(Probe.REVOKED);
    }
  }

  private static void assertIsOfAnotherKey(
      KeyManagementService kms, byte[] wrapped, String reason) {
    KeyManagementException failure =
        catchThrowableOfType(KeyManagementException.class, () -> kms.unwrap(wrapped, DATA));
    assertThat(failure.reason()).startsWith(reason);
    assertThat(failure.probe()).isEqualTo(Probe.OK);
  }

  @Test
  void whatAProxySaysIsNotWhatGoogleSays() throws IOException {
    AtomicInteger status = new AtomicInteger();
    try (LyingServer proxy = LyingServer.page(tls, status::get);
        KeyManagementService kms = openAt(proxy.endpoint())) {
      for (int each : new int[] {200, 400, 401, 403, 404, 408, 413, 429, 500, 502, 503}) {
        status.set(each);
        assertUnreachable(kms, "status " + each);
      }
    }
  }

  @Test
  void theTokenIsNotTakenElsewhere() throws IOException {
    try (LyingServer proxy = LyingServer.redirect(tls, "https://" + gcp.endpoint());
        KeyManagementService kms = openAt(proxy.endpoint())) {
      assertUnreachable(kms, "status 307");
      assertThat(proxy.requests()).isEqualTo(1);
      assertThat(gcp.keyRequests()).isZero();
    }
  }

  @Test
  void anAnswerThatDripsByteByByteIsWaitedForInBounds() throws IOException {
    try (LyingServer proxy = LyingServer.drip(tls);
        KeyManagementService kms =
            GcpSettings.openOnce(
                folder, settings().impatient().set("endpoint", proxy.endpoint()))) {
      assertUnreachable(kms, "");
    }
  }

  @Test
  void anAnswerWithoutEndIsNotTakenIn() throws IOException {
    try (LyingServer proxy = LyingServer.message(tls, 2 << 20);
        KeyManagementService kms = openAt(proxy.endpoint())) {
      assertUnreachable(kms, "RESOURCE_EXHAUSTED");
    }
  }

  @Test
  void anAnswerWithoutAStatusIsNone() throws IOException {
    try (LyingServer proxy = LyingServer.message(tls, 0);
        KeyManagementService kms = openAt(proxy.endpoint())) {
      assertUnreachable(kms, "INTERNAL");
    }
  }

  @Test
  void whatIsTooLongForAKeyIsNotSent() throws IOException {
    try (KeyManagementService kms = open()) {
      assertThatExceptionOfType(KeyManagementException.class)
          .isThrownBy(() -> kms.unwrap(new byte[(8 << 10) + 1], DATA))
          .satisfies(e -> assertThat(e.probe()).isEqualTo(Probe.OK));
      assertThat(gcp.requests()).isZero();
    }
  }

  @Test
  void anUnknownLoginCountsAfterAFreshOneAlone() throws IOException {
    try (KeyManagementService kms = open()) {
      byte[] wrapped = kms.wrap(KEY, DATA);
      gcp.expireLogins();
      int before = gcp.requests();
      assertThat(kms.unwrap(wrapped, DATA)).isEqualTo(KEY);
      assertThat(gcp.requests() - before).as("refused, logged in, answered").isEqualTo(3);
      gcp.refuse(Status.UNAUTHENTICATED.asRuntimeException());
      before = gcp.requests();
      assertUnreachable(kms, "UNAUTHENTICATED");
      assertThat(gcp.requests() - before).isEqualTo(3);
      gcp.expireLogins();
      gcp.refuse(null);
      gcp.logins().fail(1);
      assertUnreachable(kms, "login: status 500");
      assertThat(kms.unwrap(wrapped, DATA)).isEqualTo(KEY);
    }
  }
}
