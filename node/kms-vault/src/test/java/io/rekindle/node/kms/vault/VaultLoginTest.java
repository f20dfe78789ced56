package io.rekindle.node.kms.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.rekindle.node.kms.KeyManagementException;
import io.rekindle.node.kms.KeyManagementService;
import io.rekindle.node.kms.KeyManagementService.Probe;
import io.rekindle.node.kms.contract.KeySettings;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A token that is over, and settings of another place, are told from a key that is revoked. */
class VaultLoginTest {
  private static final byte[] DATA = {1, 2, 3};
  private static final byte[] KEY = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
  private static final String OVER = "login: the token is over, or may not look itself up: ";
  private static final String NO_MOUNT = "no such mount or namespace: status 404: no handler";

  @TempDir private static Path certificates;
  private static TestTls tls;

  @TempDir private Path folder;
  private FakeVault vault;

  @BeforeAll
  static void makeCertificates() throws Exception {
    tls = TestTls.make(certificates.resolve("tls"));
  }

  @BeforeEach
  void start() {
    vault = FakeVault.start(tls.context(), KeyServiceHttp.TLS);
  }

  @AfterEach
  void stop() {
    vault.close();
  }

  private KeySettings settings() throws IOException {
    return VaultSettings.of(folder, vault, tls.authority());
  }

  private KeySettings byToken(String token) throws IOException {
    KeySettings settings = settings().set("login", "token");
    return settings.set("token-file", settings.secret("token", token).toString());
  }

  private static KeyManagementService open(KeySettings settings) throws IOException {
    return settings.open(new VaultKeyManagementProvider());
  }

  private static void assertFails(
      KeyManagementService kms, byte[] wrapped, Probe probe, String reason) {
    KeyManagementException failure =
        catchThrowableOfType(KeyManagementException.class, () -> kms.unwrap(wrapped, DATA));
    assertThat(failure.reason()).startsWith(reason);
    assertThat(failure.probe()).isEqualTo(probe);
  }

  @ParameterizedTest
  @ValueSource(strings = {FakeVault.ROOT_TOKEN, FakeVault.SHORT_TOKEN})
  void aTokenOfAFileThatIsOverIsNoRevocationWhateverVaultCallsIt(String token) throws IOException {
    KeySettings settings = byToken(token);
    try (KeyManagementService kms = open(settings)) {
      byte[] wrapped = kms.wrap(KEY, DATA);
      vault.expireLogins();
      assertFails(kms, wrapped, Probe.UNREACHABLE, OVER + "status 403: 2 errors occurred:");
      vault.beOlder();
      assertFails(kms, wrapped, Probe.UNREACHABLE, OVER + "status 403: 1 error occurred:");
      kms.logOut();
      assertThat(kms.probe()).isEqualTo(Probe.UNREACHABLE);
      settings.secret("token", vault.token());
      assertThat(kms.unwrap(wrapped, DATA)).as("its file has a new one").isEqualTo(KEY);
    }
  }

  @ParameterizedTest
  @CsvSource({
    FakeVault.ROOT_TOKEN + ", false, false, REVOKED",
    FakeVault.ROOT_TOKEN + ", true, false, REVOKED",
    FakeVault.SHORT_TOKEN + ", false, false, REVOKED",
    FakeVault.SHORT_TOKEN + ", false, true, REVOKED",
    FakeVault.SHORT_TOKEN + ", true, false, REVOKED",
    FakeVault.SHORT_TOKEN + ", true, true, UNREACHABLE"
  })
  void aKeyIsRevokedForATokenThatVaultKnows(
      String token, boolean noRenewals, boolean noLookUps, Probe probe) throws IOException {
    vault.beOlder();
    vault.forbid(noRenewals, noLookUps);
    try (KeyManagementService kms = open(byToken(token))) {
      byte[] wrapped = kms.wrap(KEY, DATA);
      vault.setAllowed(false);
      assertFails(kms, wrapped, probe, probe == Probe.REVOKED ? "status 403" : OVER);
      vault.setAllowed(true);
      assertThat(kms.unwrap(wrapped, DATA)).isEqualTo(KEY);
    }
  }

  @ParameterizedTest
  @CsvSource({"mount, elsewhere", "login-mount, elsewhere"})
  void aMountThatIsNotThereIsNoRevocation(String name, String value) throws IOException {
    try (KeyManagementService kms = open(settings());
        KeyManagementService lost = open(settings().set(name, value))) {
      byte[] wrapped = kms.wrap(KEY, DATA);
      assertFails(lost, wrapped, Probe.UNREACHABLE, NO_MOUNT);
      assertThat(lost.probe()).isEqualTo(Probe.UNREACHABLE);
    }
  }

  @Test
  void eachRequestIsOfTheNamespace() throws IOException {
    vault.forbid(true, false);
    KeySettings settings = settings().set("namespace", "team/a/");
    try (KeyManagementService kms = open(settings)) {
      var _ = kms.unwrap(kms.wrap(KEY, DATA), DATA);
    }
    settings = byToken(FakeVault.SHORT_TOKEN).set("namespace", "team/a/");
    try (KeyManagementService kms = open(settings)) {
      assertThat(kms.probe()).isEqualTo(Probe.OK);
    }
    assertThat(vault.namespaces())
        .containsExactly(
            "team/a: auth/approle/login",
            "team/a: transit/decrypt/rekindle",
            "team/a: transit/encrypt/rekindle",
            "team/a: transit/decrypt/rekindle",
            "team/a: auth/token/renew-self",
            "team/a: auth/token/lookup-self",
            "team/a: transit/decrypt/rekindle",
            "team/a: transit/encrypt/rekindle",
            "team/a: transit/decrypt/rekindle");
  }

  @Test
  void withoutANamespaceNoneIsSaid() throws IOException {
    try (KeyManagementService kms = open(settings())) {
      assertThat(kms.probe()).isEqualTo(Probe.OK);
      assertThat(vault.namespaces()).isNotEmpty().allMatch(asked -> asked.startsWith("null: "));
    }
  }
}
