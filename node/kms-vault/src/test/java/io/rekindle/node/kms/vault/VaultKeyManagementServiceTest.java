package io.rekindle.node.kms.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.rekindle.node.error.StartRefusedException;
import io.rekindle.node.kms.CredentialFile;
import io.rekindle.node.kms.KeyManagementException;
import io.rekindle.node.kms.KeyManagementProvider;
import io.rekindle.node.kms.KeyManagementService;
import io.rekindle.node.kms.KeyManagementService.Probe;
import io.rekindle.node.kms.contract.KeySettings;
import io.rekindle.node.kms.contract.TestTls;
import io.rekindle.node.kms.http.KeyServiceHttp;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;
import java.util.ServiceLoader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is of Vault alone: its logins, its driver's traps, its settings. */
class VaultKeyManagementServiceTest {
  private static final byte[] DATA = {1, 2, 3};
  private static final byte[] KEY = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
  private static final String TLS = "TLSv1.3";

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
    vault = FakeVault.start(tls.context(), TLS);
  }

  @AfterEach
  void stop() {
    vault.close();
  }

  private KeySettings settings() throws IOException {
    return VaultSettings.of(folder, vault, tls.authority());
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
  void theProviderIsFoundByItsName() {
    assertThat(ServiceLoader.load(KeyManagementProvider.class).stream())
        .extracting(provider -> provider.get().name())
        .contains("local", "vault");
  }

  @Test
  void theEngineIsAskedUnderItsOwnPathWithTheVersionOfTheKeyInWhatItWraps() throws IOException {
    try (KeyManagementService kms = settings().open(new VaultKeyManagementProvider())) {
      assertThat(new String(kms.wrap(KEY, DATA), StandardCharsets.US_ASCII))
          .startsWith("vault:v1:");
      assertThat(vault.paths())
          .containsExactly(
              "auth/approle/login", "transit/decrypt/rekindle", "transit/encrypt/rekindle");
    }
  }

  @Test
  void aServerThatSpeaksAnOlderTlsIsNotTalkedTo() throws IOException {
    try (FakeVault old = FakeVault.start(tls.context(), "TLSv1.2");
        KeyManagementService kms =
            VaultSettings.of(folder, old, tls.authority()).open(new VaultKeyManagementProvider())) {
      assertThat(failure(kms).reason()).isEqualTo("SSLHandshakeException");
      assertThat(old.requests()).isZero();
    }
  }

  @Test
  void aServerOfAnotherAuthorityIsNotTalkedTo() throws Exception {
    TestTls foreign = TestTls.make(folder.resolve("foreign"));
    try (KeyManagementService kms =
        settings()
            .set("ca-file", foreign.authority().toString())
            .open(new VaultKeyManagementProvider())) {
      assertThat(failure(kms).reason()).isEqualTo("SunCertPathBuilderException");
      assertThat(vault.requests()).isZero();
    }
  }

  @Test
  void aKeyThatIsGoneIsNotMadeAnewByWrapping() throws IOException {
    try (KeyManagementService kms = settings().open(new VaultKeyManagementProvider());
        KeyManagementService misspelt =
            settings().set("key", "rekindel").open(new VaultKeyManagementProvider())) {
      vault.setUpserting(true);
      vault.setEnabled(false);
      assertThat(kms.probe()).isEqualTo(Probe.REVOKED);
      assertThat(failure(misspelt).reason()).contains("encryption key not found");
      assertThat(vault.paths()).doesNotContain("transit/encrypt/rekindle");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 401, 403, 404, 408})
  void whatAProxySaysIsNotWhatVaultSays(int status) throws IOException {
    try (KeyManagementService kms = settings().open(new VaultKeyManagementProvider())) {
      assertThat(kms.probe()).isEqualTo(Probe.OK);
      vault.answerByProxy(status);
      assertThat(failure(kms).probe()).isEqualTo(Probe.UNREACHABLE);
      kms.logOut();
      assertThat(kms.probe()).as("at the login").isEqualTo(Probe.UNREACHABLE);
    }
  }

  @Test
  void theTokenIsNotTakenElsewhere() throws IOException {
    try (FakeVault other = FakeVault.start(tls.context(), TLS);
        KeyManagementService kms = settings().open(new VaultKeyManagementProvider())) {
      assertThat(kms.probe()).isEqualTo(Probe.OK);
      vault.redirectTo(other.address());
      KeyManagementException failure = failure(kms);
      assertThat(failure.probe()).isEqualTo(Probe.UNREACHABLE);
      assertThat(failure.reason()).isEqualTo("status 307");
      assertThat(other.requests()).isZero();
    }
  }

  @Test
  void anAnswerWithoutEndIsNotTakenIn() throws IOException {
    try (KeyManagementService kms = settings().open(new VaultKeyManagementProvider())) {
      vault.pad(2 << 20);
      assertThat(failure(kms).probe()).isEqualTo(Probe.UNREACHABLE);
    }
  }

  @Test
  void aRefusalCountsAfterAFreshLoginAlone() throws IOException {
    vault.beOlder();
    try (KeyManagementService kms = settings().open(new VaultKeyManagementProvider())) {
      byte[] wrapped = kms.wrap(KEY, DATA);
      vault.expireLogins();
      assertThat(kms.unwrap(wrapped, DATA)).isEqualTo(KEY);
      vault.setAllowed(false);
      int before = vault.requests();
      assertThat(failure(kms).probe()).isEqualTo(Probe.REVOKED);
      assertThat(vault.paths().subList(before, vault.requests()))
          .containsExactly(
              "transit/decrypt/rekindle", "auth/approle/login", "transit/decrypt/rekindle");
    }
  }

  @Test
  void whatVaultSaysOfARefusalIsShownInOneLine() throws IOException {
    try (KeyManagementService kms = settings().open(new VaultKeyManagementProvider())) {
      vault.setAllowed(false);
      assertThat(failure(kms))
          .extracting(KeyManagementException::reason)
          .isEqualTo("status 403: 1 error occurred: * permission denied");
    }
  }

  @Test
  void aTokenIsRenewedWhenTwoThirdsOfItsTimeAreOverAndElseAskedForAnew() throws IOException {
    long[] nanos = {0};
    VaultRequests requests =
        new VaultRequests(
            vault.address(),
            Optional.empty(),
            KeyServiceHttp.client(Optional.of(tls.authority()), Duration.ofSeconds(5)));
    VaultCredentials credentials =
        new VaultCredentials.AppRole(
            "approle",
            FakeVault.ROLE_ID,
            new CredentialFile("secret-id-file", settings().secret("id", FakeVault.SECRET_ID)));
    VaultLogin login = new VaultLogin(requests, credentials, () -> nanos[0]);
    try (requests) {
      VaultLogin.Shown token = login.shown();
      nanos[0] += 39_000_000_000L;
      assertThat(login.shown()).isEqualTo(token);
      assertThat(vault.requests()).isEqualTo(1);
      nanos[0] += 2_000_000_000L;
      assertThat(login.shown()).isEqualTo(token);
      assertThat(vault.paths()).last().isEqualTo("auth/token/renew-self");
      nanos[0] += 41_000_000_000L;
      vault.fail(1);
      assertThat(login.shown()).as("not renewed yet, and still good").isEqualTo(token);
      nanos[0] += 10_000_000_000L;
      vault.garble(1);
      assertThat(login.shown()).as("nor by nonsense").isEqualTo(token);
      nanos[0] += 6_000_000_000L;
      vault.setRenewalsAllowed(false);
      vault.setLoginsAllowed(false);
      assertThat(login.shown()).as("good until its time is over").isEqualTo(token);
      nanos[0] += 2_000_000_000L;
      vault.setLoginsAllowed(true);
      assertThat(login.shown()).isNotEqualTo(token);
      assertThat(vault.paths()).last().isEqualTo("auth/approle/login");
    }
  }

  @Test
  void aTokenOfAFileIsReadAgainWhenItIsRefused() throws IOException {
    KeySettings settings = settings().set("login", "token");
    settings.set("token-file", settings.secret("token", FakeVault.ROOT_TOKEN + "\n").toString());
    try (KeyManagementService kms = settings.open(new VaultKeyManagementProvider())) {
      assertThat(kms.probe()).as("a token that is not renewed").isEqualTo(Probe.OK);
      settings.secret("token", "stale");
      kms.logOut();
      assertThat(kms.probe()).as("nobody knows who asks").isEqualTo(Probe.UNREACHABLE);
      settings.secret("token", FakeVault.SHORT_TOKEN);
      assertThat(kms.probe()).isEqualTo(Probe.OK);
    }
  }

  @Test
  void aServiceAccountOfKubernetesLogsIn() throws IOException {
    Path account = folder.resolve("account");
    Files.writeString(account, FakeVault.ACCOUNT);
    KeySettings settings =
        settings()
            .set("login", "kubernetes")
            .set("role", "rekindle")
            .set("service-account-file", account.toString());
    try (KeyManagementService kms = settings.open(new VaultKeyManagementProvider())) {
      assertThat(kms.probe()).isEqualTo(Probe.OK);
      Files.writeString(account, "of-somebody-else");
      kms.logOut();
      assertThat(kms.probe())
          .as("Vault says the same when it does not reach Kubernetes")
          .isEqualTo(Probe.UNREACHABLE);
      Files.delete(account);
      assertThat(kms.probe()).as("says nothing of the key").isEqualTo(Probe.UNREACHABLE);
      assertThat(failure(kms).reason()).contains("rekindle.keys.vault.service-account-file");
    }
  }

  @Test
  void credentialsThatAreOpenToOthersAreNotShown() throws IOException {
    KeySettings settings = settings();
    Files.setPosixFilePermissions(
        folder.resolve("secret-id"), PosixFilePermissions.fromString("rw-r--r--"));
    try (KeyManagementService kms = settings.open(new VaultKeyManagementProvider())) {
      KeyManagementException failure = failure(kms);
      assertThat(failure.probe()).isEqualTo(Probe.UNREACHABLE);
      assertThat(failure.reason())
          .contains("rekindle.keys.vault.secret-id-file", "its mode must be 0600");
      assertThat(vault.requests()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"address", "key", "role", "secret-id-file"})
  void whatIsMissingIsNamed(String name) throws IOException {
    KeySettings settings = settings().without(name);
    assertThatExceptionOfType(StartRefusedException.class)
        .isThrownBy(() -> settings.open(new VaultKeyManagementProvider()))
        .withMessage("The provider vault needs rekindle.keys.vault." + name + ".");
  }

  @ParameterizedTest
  @CsvSource({
    "address, http://localhost:8200, https://",
    "address, https://, address",
    "address, https://host/v1, nothing but a host",
    "address, https://me@host, nothing but a host",
    "address, https://host#x, nothing but a host",
    "namespace, a//b, letters",
    "key, ../sys/seal, letters",
    "key, a/b, letters",
    "mount, /transit, letters",
    "login-mount, a//b, letters",
    "ca-file, /dev/null, certificates",
    "ca-file, none.pem, can't be read"
  })
  void whatIsWrongIsNamed(String name, String value, String said) throws IOException {
    KeySettings settings = settings().set(name, value);
    assertThatExceptionOfType(StartRefusedException.class)
        .isThrownBy(() -> settings.open(new VaultKeyManagementProvider()))
        .withMessageContaining(said);
  }

  @Test
  void neitherATokenNorTheSecretIdIsEverSaid() throws IOException {
    KeySettings byToken = settings().set("login", "token");
    byToken.set("token-file", byToken.secret("t", FakeVault.ROOT_TOKEN + "\nmore").toString());
    StringWriter said = new StringWriter();
    try (KeyManagementService kms = settings().open(new VaultKeyManagementProvider());
        KeyManagementService twoLines = byToken.open(new VaultKeyManagementProvider())) {
      said.write(kms.describe());
      say(twoLines, said);
      vault.setLoginsAllowed(false);
      say(kms, said);
      vault.setLoginsAllowed(true);
      vault.setAllowed(false);
      say(kms, said);
      vault.garble(2);
      say(kms, said);
      vault.fail(2);
      say(kms, said);
    }
    assertThat(said.toString())
        .contains("login: status 400", "status 403", "status 503", "no JSON", "of one line")
        .doesNotContain(FakeVault.SECRET_ID, FakeVault.ROOT_TOKEN, "hvs.");
  }

  private static void say(KeyManagementService kms, StringWriter said) {
    KeyManagementException failure = failure(kms);
    said.write("\n" + failure.reason() + "\n");
    failure.printStackTrace(new PrintWriter(said, true));
  }
}
