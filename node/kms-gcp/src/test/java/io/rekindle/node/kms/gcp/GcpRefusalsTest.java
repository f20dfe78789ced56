package io.rekindle.node.kms.gcp;

import static io.rekindle.node.kms.gcp.Refusals.info;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.rpc.PreconditionFailure;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.rekindle.node.kms.KeyManagementException;
import io.rekindle.node.kms.KeyManagementService;
import io.rekindle.node.kms.KeyManagementService.Probe;
import io.rekindle.node.kms.contract.TestTls;
import io.rekindle.node.kms.http.KeyServiceHttp;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What each status, as it comes over the wire, says of the key. */
class GcpRefusalsTest {
  private static final String VERSION = FakeGcp.KEY + "/cryptoKeyVersions/1";
  private static final String STATE = VERSION + " is not enabled, current state is: ";

  @TempDir private static Path folder;
  private static FakeGcp gcp;
  private static KeyManagementService kms;

  @BeforeAll
  static void start() throws Exception {
    TestTls tls = TestTls.make(folder.resolve("tls"));
    gcp = FakeGcp.start(tls, "127.0.0.1", KeyServiceHttp.TLS);
    kms = GcpSettings.openOnce(folder, GcpSettings.of(folder, gcp, tls.authority()));
    assertThat(kms.probe()).as("the key was there").isEqualTo(Probe.OK);
  }

  @AfterAll
  static void stop() {
    kms.close();
    gcp.close();
  }

  private static StatusRuntimeException state(String text, String... violations) {
    PreconditionFailure.Builder details = PreconditionFailure.newBuilder();
    List.of(violations)
        .forEach(
            type ->
                details.addViolations(PreconditionFailure.Violation.newBuilder().setType(type)));
    return Refusals.of(Code.FAILED_PRECONDITION, text, details.build());
  }

  private static StatusRuntimeException plain(Code code, String text) {
    return code.toStatus().withDescription(text).asRuntimeException();
  }

  /** Details that can't be read. */
  private static StatusRuntimeException garbled(Code code, String text) {
    Metadata trailers = new Metadata();
    trailers.put(
        Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER),
        "nonsense".getBytes(StandardCharsets.UTF_8));
    return code.toStatus().withDescription(text).asRuntimeException(trailers);
  }

  static Stream<Arguments> statuses() {
    String permission = "Permission 'cloudkms.cryptoKeyVersions.useToDecrypt' denied on resource";
    String google = "googleapis.com";
    return Stream.of(
        // The key.
        Arguments.of(Probe.REVOKED, state(STATE + "DISABLED.", "KEY_DISABLED")),
        Arguments.of(Probe.REVOKED, state(STATE + "DESTROYED.", "KEY_DESTROYED")),
        Arguments.of(Probe.REVOKED, state("", "KEY_DESTROY_SCHEDULED")),
        Arguments.of(Probe.REVOKED, plain(Code.FAILED_PRECONDITION, STATE + "DESTROY_SCHEDULED.")),
        Arguments.of(Probe.REVOKED, garbled(Code.FAILED_PRECONDITION, STATE + "DISABLED.")),
        Arguments.of(Probe.UNREACHABLE, state("", "KEY_PENDING_GENERATION")),
        Arguments.of(Probe.UNREACHABLE, plain(Code.FAILED_PRECONDITION, STATE + "PENDING_IMPORT.")),
        Arguments.of(Probe.REVOKED, state("", "KEY_ENABLED", "EXTERNAL_PERMISSION_DENIED")),
        Arguments.of(Probe.UNREACHABLE, state("", "KEY_ENABLED", "EXTERNAL_UNREACHABLE")),
        Arguments.of(
            Probe.REVOKED, plain(Code.NOT_FOUND, "CryptoKey " + FakeGcp.KEY + " not found.")),
        // This caller's rights.
        Arguments.of(Probe.REVOKED, plain(Code.PERMISSION_DENIED, permission)),
        Arguments.of(
            Probe.REVOKED,
            Refusals.of(Code.PERMISSION_DENIED, "denied", info("IAM_PERMISSION_DENIED", google))),
        Arguments.of(
            Probe.REVOKED,
            Refusals.of(Code.PERMISSION_DENIED, "", info("SERVICE_DISABLED", google))),
        Arguments.of(
            Probe.REVOKED,
            Refusals.of(Code.UNAUTHENTICATED, "", info("ACCOUNT_STATE_INVALID", google))),
        Arguments.of(
            Probe.UNREACHABLE,
            Refusals.of(Code.UNAUTHENTICATED, "", info("ACCESS_TOKEN_EXPIRED", google))),
        Arguments.of(Probe.UNREACHABLE, plain(Code.UNAUTHENTICATED, "invalid credentials")),
        // The input.
        Arguments.of(
            Probe.OK,
            plain(Code.INVALID_ARGUMENT, "Decryption failed: the ciphertext is invalid.")),
        Arguments.of(
            Probe.UNREACHABLE,
            plain(Code.INVALID_ARGUMENT, "The checksum in field ciphertext_crc32c did not match")),
        // Whoever answers for Google.
        Arguments.of(Probe.UNREACHABLE, plain(Code.PERMISSION_DENIED, "RBAC: access denied")),
        Arguments.of(
            Probe.UNREACHABLE,
            Refusals.of(Code.PERMISSION_DENIED, "", info("DENIED", "proxy.example.com"))),
        Arguments.of(
            Probe.UNREACHABLE,
            Refusals.of(Code.PERMISSION_DENIED, "", info("DENIED", "notgoogleapis.com"))),
        Arguments.of(Probe.UNREACHABLE, plain(Code.NOT_FOUND, "no route")),
        Arguments.of(Probe.UNREACHABLE, plain(Code.FAILED_PRECONDITION, "no healthy upstream")),
        Arguments.of(Probe.UNREACHABLE, plain(Code.UNIMPLEMENTED, "cloudkms")),
        // What passes.
        Arguments.of(
            Probe.UNREACHABLE,
            Refusals.of(Code.RESOURCE_EXHAUSTED, "", info("RATE_LIMIT_EXCEEDED", google))),
        Arguments.of(Probe.UNREACHABLE, plain(Code.UNAVAILABLE, "cloudkms")),
        Arguments.of(Probe.UNREACHABLE, plain(Code.DEADLINE_EXCEEDED, "cloudkms")),
        Arguments.of(Probe.UNREACHABLE, plain(Code.INTERNAL, "cloudkms")),
        Arguments.of(Probe.UNREACHABLE, plain(Code.CANCELLED, "cloudkms")),
        Arguments.of(Probe.UNREACHABLE, plain(Code.ABORTED, "cloudkms")),
        Arguments.of(Probe.UNREACHABLE, plain(Code.OUT_OF_RANGE, "cloudkms")),
        Arguments.of(Probe.UNREACHABLE, plain(Code.DATA_LOSS, "cloudkms")),
        Arguments.of(Probe.UNREACHABLE, plain(Code.UNKNOWN, "cloudkms")));
  }

  @ParameterizedTest
  @MethodSource("statuses")
  void aStatusSaysThisOfTheKeyAndIsShown(Probe probe, StatusRuntimeException status) {
    gcp.refuse(status);
    KeyManagementException failure =
        catchThrowableOfType(
            KeyManagementException.class, () -> kms.unwrap(new byte[50], new byte[] {1}));
    Status sent = status.getStatus();
    assertThat(failure.probe()).as(failure.reason()).isEqualTo(probe);
    assertThat(failure.reason()).startsWith(sent.getCode().toString());
  }
}
