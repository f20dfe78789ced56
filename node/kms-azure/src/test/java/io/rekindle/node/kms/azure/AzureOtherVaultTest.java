package io.rekindle.node.kms.azure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.rekindle.node.kms.KeyManagementException;
import io.rekindle.node.kms.KeyManagementService;
import io.rekindle.node.kms.KeyManagementService.Probe;
import io.rekindle.node.kms.contract.TestTls;
import io.rekindle.node.kms.http.KeyServiceHttp;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was wrapped in one vault, and is shown to another that has a key of the same name. */
class AzureOtherVaultTest {
  private static final byte[] DATA = {1, 2, 3};
  private static final byte[] KEY = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

  @TempDir private static Path certificates;
  private static TestTls tls;

  @TempDir private Path folder;
  private FakeAzure azure;
  private FakeAzure otherAzure;
  private KeyManagementService kms;
  private KeyManagementService other;

  @BeforeAll
  static void makeCertificates() throws Exception {
    tls = TestTls.make(certificates.resolve("tls"));
  }

  @BeforeEach
  void start() throws IOException {
    azure = FakeAzure.start(tls.context(), KeyServiceHttp.TLS);
    otherAzure = FakeAzure.start(tls.context(), KeyServiceHttp.TLS);
    kms = open(azure);
    other = open(otherAzure);
  }

  @AfterEach
  void stop() {
    kms.close();
    other.close();
    azure.close();
    otherAzure.close();
  }

  private KeyManagementService open(FakeAzure server) throws IOException {
    return AzureSettings.openForOneTry(
        AzureSettings.of(folder, server, tls.authority()),
        folder,
        new AzureKeyManagementProvider());
  }

  private static void assertFails(
      KeyManagementService kms, byte[] wrapped, Probe probe, String reason) {
    KeyManagementException failure =
        catchThrowableOfType(KeyManagementException.class, () -> kms.unwrap(wrapped, DATA));
    assertThat(failure.reason()).isEqualTo(reason);
    assertThat(failure.probe()).isEqualTo(probe);
  }

  @Test
  void aVaultThatLacksTheVersionDoesNotRevokeIt() {
    byte[] wrapped = kms.wrap(KEY, DATA);
    assertFails(
        other,
        wrapped,
        Probe.OK,
        "wrapped in another vault; this one says status 404: KeyNotFound");
    otherAzure.delete();
    assertFails(
        other,
        wrapped,
        Probe.OK,
        "wrapped in another vault; this one says status 404: KeyNotFound");
    assertThat(kms.unwrap(wrapped, DATA)).isEqualTo(KEY);
    azure.delete();
    assertFails(kms, wrapped, Probe.REVOKED, "status 404: KeyNotFound");
  }

  @Test
  void aVaultThatDoesNotLetTheNodeInDoesNotRevokeWhatIsOfAnother() {
    byte[] wrapped = kms.wrap(KEY, DATA);
    otherAzure.setAllowed(false);
    assertFails(
        other,
        wrapped,
        Probe.OK,
        "wrapped in another vault; this one says status 403: Forbidden ForbiddenByRbac");
    assertThat(other.probe()).as("its own key").isEqualTo(Probe.REVOKED);
  }

  @Test
  void whatPassesOrIsOfTheLoginIsToldAsEver() {
    byte[] wrapped = kms.wrap(KEY, DATA);
    otherAzure.fail(1);
    assertFails(other, wrapped, Probe.UNREACHABLE, "login: status 503");
    otherAzure.setLoginsAllowed(false);
    assertFails(other, wrapped, Probe.REVOKED, "login: status 401: invalid_client AADSTS7000215");
  }

  @Test
  void aKeyThatWasRestoredInAnotherVaultUnwrapsAndCanBeRevokedThere() {
    byte[] wrapped = kms.wrap(KEY, DATA);
    otherAzure.restore(azure.key());
    assertThat(other.unwrap(wrapped, DATA)).isEqualTo(KEY);
    otherAzure.setEnabled(false);
    assertFails(other, wrapped, Probe.REVOKED, "status 403: Forbidden KeyDisabled");
    otherAzure.setEnabled(true);
    byte[] anew = other.rewrap(wrapped, DATA);
    assertThat(other.unwrap(anew, DATA)).isEqualTo(KEY);
    otherAzure.delete();
    assertFails(other, anew, Probe.REVOKED, "status 404: KeyNotFound");
  }

  @Test
  void whatAnEarlierBuildWrappedNamesNoVaultAndIsToldAsBefore() {
    WrappedKey now = WrappedKey.decode(kms.wrap(KEY, DATA), azure.address(), "rekindle");
    byte[] wrapped = WrappedKeyTest.withoutVault(now.version(), now.bytes(), "rekindle");
    assertThat(kms.unwrap(wrapped, DATA)).isEqualTo(KEY);
    assertFails(other, wrapped, Probe.REVOKED, "status 404: KeyNotFound");
    byte[] anew = kms.rewrap(wrapped, DATA);
    assertFails(
        other, anew, Probe.OK, "wrapped in another vault; this one says status 404: KeyNotFound");
  }
}
