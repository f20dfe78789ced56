package io.rekindle.node.kms.gcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.cloud.kms.v1.DecryptResponse;
import com.google.cloud.kms.v1.EncryptResponse;
import com.google.protobuf.ByteString;
import com.google.protobuf.Int64Value;
import com.google.protobuf.Message;
import io.rekindle.node.kms.KeyManagementException;
import io.rekindle.node.kms.KeyManagementService;
import io.rekindle.node.kms.KeyManagementService.Probe;
import io.rekindle.node.kms.contract.TestTls;
import io.rekindle.node.kms.http.KeyServiceHttp;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Of answers that were altered on their way nothing is believed that can be checked. */
class GcpAnswersTest {
  private static final byte[] DATA = {1, 2, 3};
  private static final byte[] KEY = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

  @TempDir private static Path folder;
  private static FakeGcp gcp;
  private static KeyManagementService kms;

  @BeforeAll
  static void start() throws Exception {
    TestTls tls = TestTls.make(folder.resolve("tls"));
    gcp = FakeGcp.start(tls, "127.0.0.1", KeyServiceHttp.TLS);
    kms = GcpSettings.openOnce(folder, GcpSettings.of(folder, gcp, tls.authority()));
  }

  @AfterEach
  void tamperNoMore() {
    gcp.tamper(UnaryOperator.identity());
  }

  @AfterAll
  static void stop() {
    kms.close();
    gcp.close();
  }

  static Stream<Arguments> wrongAnswers() {
    ByteString other = ByteString.copyFromUtf8("another");
    return Stream.of(
        encrypted("checksum", answer -> answer.setCiphertextCrc32C(Int64Value.of(1))),
        encrypted("checksum", EncryptResponse.Builder::clearCiphertextCrc32C),
        encrypted("checksum", answer -> answer.setCiphertext(other)),
        encrypted("did not check", answer -> answer.setVerifiedPlaintextCrc32C(false)),
        encrypted(
            "did not check", answer -> answer.setVerifiedAdditionalAuthenticatedDataCrc32C(false)),
        encrypted("another key", answer -> answer.setName(FakeGcp.KEY)),
        encrypted(
            "another key", answer -> answer.setName(FakeGcp.OTHER_KEY + "/cryptoKeyVersions/1")),
        encrypted(
            "another key", answer -> answer.setName(answer.getName().replace("acme", "evil"))),
        encrypted(
            "another key",
            answer -> answer.setName(answer.getName().replace("europe-west3", "us-east1"))),
        encrypted(
            "another key", answer -> answer.setName(answer.getName().replace("/prod/", "/test/"))),
        encrypted("wrong size", answer -> sized(answer, 0)),
        encrypted("wrong size", answer -> sized(answer, (8 << 10) + 1)),
        decrypted("checksum", answer -> answer.setPlaintextCrc32C(Int64Value.of(1))),
        decrypted("checksum", DecryptResponse.Builder::clearPlaintextCrc32C),
        decrypted("checksum", answer -> answer.setPlaintext(other)));
  }

  private static EncryptResponse.Builder sized(EncryptResponse.Builder answer, int bytes) {
    ByteString wrapped = ByteString.copyFrom(new byte[bytes]);
    return answer.setCiphertext(wrapped).setCiphertextCrc32C(FakeGcp.checksum(wrapped));
  }

  private static Arguments encrypted(
      String said, UnaryOperator<EncryptResponse.Builder> tampering) {
    UnaryOperator<Message> whole =
        answer ->
            answer instanceof EncryptResponse encrypted
                ? tampering.apply(encrypted.toBuilder()).build()
                : answer;
    return Arguments.of(said, whole);
  }

  private static Arguments decrypted(
      String said, UnaryOperator<DecryptResponse.Builder> tampering) {
    UnaryOperator<Message> whole =
        answer ->
            answer instanceof DecryptResponse decrypted
                ? tampering.apply(decrypted.toBuilder()).build()
                : answer;
    return Arguments.of(said, whole);
  }

  @ParameterizedTest
  @MethodSource("wrongAnswers")
  void anAnswerThatIsWrongIsNotBelieved(String said, UnaryOperator<Message> tampering) {
    gcp.tamper(tampering);
    KeyManagementException failure =
        catchThrowableOfType(
            KeyManagementException.class, () -> kms.unwrap(kms.wrap(KEY, DATA), DATA));
    assertThat(failure.reason()).contains(said);
    assertThat(failure.probe()).isEqualTo(Probe.UNREACHABLE);
  }

  @Test
  void aProjectMayBeAskedForByItsIdAndAnswerByItsNumber() {
    gcp.tamper(
        answer ->
            answer instanceof EncryptResponse encrypted
                ? encrypted.toBuilder()
                    .setName(encrypted.getName().replace("acme", "1234567890"))
                    .build()
                : answer);
    assertThat(kms.probe()).isEqualTo(Probe.OK);
  }
}
