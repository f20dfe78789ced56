package io.rekindle.node.kms.azure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.rekindle.node.error.StartRefusedException;
import io.rekindle.node.kms.KeyManagementException;
import io.rekindle.node.kms.KeyManagementProvider;
import io.rekindle.node.kms.KeyManagementService;
import io.rekindle.node.kms.KeyManagementService.Probe;
import io.rekindle.node.kms.KeyProof;
import io.rekindle.node.kms.contract.KeySettings;
import io.rekindle.node.kms.contract.TestTls;
import io.rekindle.node.kms.http.KeyServiceHttp;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.ServiceLoader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What is of Key Vault alone: the SDK's traps, versions, answers that are not believed, settings.
 */
class AzureKeyManagementServiceTest {
  private static final byte[] DATA = {1, 2, 3};
  private static final byte[] KEY = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

  @TempDir private static Path certificates;
  private static TestTls tls;

  @TempDir private Path folder;
  private FakeAzure azure;

  @BeforeAll
  static void makeCertificates() throws Exception {
    tls = TestTls.make(certificates.resolve("tls"));
  }

  @BeforeEach
  void start() {
    azure = FakeAzure.start(tls.context(), KeyServiceHttp.TLS);
  }

  @AfterEach
  void stop() {
    azure.close();
  }

  private KeySettings settings() throws IOException {
    return AzureSettings.of(folder, azure, tls.authority());
  }

  private KeyManagementService open() throws IOException {
    return open(settings());
  }

  private KeyManagementService open(KeySettings settings) throws IOException {
    return AzureSettings.openForOneTry(settings, folder, new AzureKeyManagementProvider());
  }

  private static KeyManagementException failure(Runnable call) {
    try {
      call.run();
    } catch (KeyManagementException e) {
      return e;
    }
    throw new AssertionError("it works");
  }

  private static KeyManagementException wrapFailure(KeyManagementService kms) {
    return failure(() -> kms.wrap(KEY, DATA));
  }

  private WrappedKey decoded(byte[] wrapped) {
    return WrappedKey.decode(wrapped, azure.address(), "rekindle");
  }

  @Test
  void theProviderIsFoundByItsName() {
    assertThat(ServiceLoader.load(KeyManagementProvider.class).stream())
        .extracting(provider -> provider.get().name())
        .contains("local", "azure");
  }

  /** The SDK would fetch the key otherwise, and be sent away for a token first. */
  @Test
  void nothingIsAskedButALoginAndToWrapAndToUnwrapByVersion() throws IOException {
    try (KeyManagementService kms = open()) {
      byte[] wrapped = kms.wrap(KEY, DATA);
      String version = azure.key().newest().id;
      assertThat(kms.unwrap(wrapped, DATA)).isEqualTo(KEY);
      assertThat(azure.asked())
          .containsExactly(
              "POST /" + FakeAzure.TENANT + "/oauth2/v2.0/token",
              "POST /keys/rekindle//wrapkey?api-version=7.4",
              "POST /keys/rekindle/" + version + "/unwrapkey?api-version=7.4",
              "POST /keys/rekindle/" + version + "/unwrapkey?api-version=7.4");
      assertThat(decoded(wrapped).version()).isEqualTo(version);
    }
  }

  @Test
  void microsoftIsToldNothingOfTheNode() throws IOException {
    try (KeyManagementService kms = open()) {
      assertThat(kms.probe()).isEqualTo(Probe.OK);
      assertThat(azure.loginHeaders())
          .containsExactlyInAnyOrder(
              "client-request-id", "content-length", "content-type", "host", "user-agent");
    }
  }

  @Test
  void aKeyIsProvenAtNodeInit() throws IOException {
    try (KeyManagementService kms = open()) {
      KeyProof.require(kms);
      azure.setAllowed(false);
      assertThatExceptionOfType(StartRefusedException.class)
          .isThrownBy(() -> KeyProof.require(kms))
          .withMessage(
              "The customer's key is revoked, or refuses this node: key rekindle in Azure Key Vault"
                  + " at %s (status 403: Forbidden ForbiddenByRbac).",
              azure.address());
    }
  }

  @Test
  void aServerThatSpeaksAnOlderTlsIsNotTalkedTo() throws IOException {
    try (FakeAzure old = FakeAzure.start(tls.context(), "TLSv1.2");
        KeyManagementService kms = open(AzureSettings.of(folder, old, tls.authority()));
        KeyManagementService vaultAlone = open(settings().set("vault", old.address()))) {
      for (KeyManagementService each : List.of(kms, vaultAlone)) {
        assertThat(wrapFailure(each).reason()).isEqualTo("SSLHandshakeException");
        assertThat(each.probe()).isEqualTo(Probe.UNREACHABLE);
      }
      assertThat(old.requests()).isZero();
    }
  }

  @Test
  void aServerOfAnotherAuthorityIsNotTalkedTo() throws Exception {
    TestTls foreign = TestTls.make(folder.resolve("foreign"));
    try (KeyManagementService kms =
        open(settings().set("ca-file", foreign.authority().toString()))) {
      assertThat(wrapFailure(kms).reason()).isEqualTo("SunCertPathBuilderException");
      assertThat(azure.requests()).isZero();
    }
  }

  @Test
  void whatAProxySaysIsNotWhatAzureSays() throws IOException {
    try (KeyManagementService kms = open()) {
      byte[] wrapped = kms.wrap(KEY, DATA);
      for (int status : new int[] {200, 201, 400, 401, 403, 404, 409}) {
        assertThat(kms.probe()).isEqualTo(Probe.OK);
        azure.answerByProxy(status);
        assertThat(wrapFailure(kms).probe()).isEqualTo(Probe.UNREACHABLE);
        assertThat(failure(() -> kms.unwrap(wrapped, DATA)).probe()).isEqualTo(Probe.UNREACHABLE);
        kms.logOut();
        assertThat(wrapFailure(kms).reason()).startsWith("login: ");
        assertThat(kms.probe()).isEqualTo(Probe.UNREACHABLE);
        azure.answerByProxy(0);
      }
    }
  }

  @Test
  void theTokenIsNotTakenElsewhere() throws IOException {
    try (FakeAzure other = FakeAzure.start(tls.context(), KeyServiceHttp.TLS);
        KeyManagementService kms = open()) {
      assertThat(kms.probe()).isEqualTo(Probe.OK);
      azure.redirectTo(other.address());
      KeyManagementException failure = wrapFailure(kms);
      assertThat(failure.probe()).isEqualTo(Probe.UNREACHABLE);
      assertThat(failure.reason()).isEqualTo("status 307");
      kms.logOut();
      assertThat(wrapFailure(kms).reason()).isEqualTo("login: status 307");
      assertThat(other.requests()).isZero();
    }
  }

  @Test
  void anAnswerWithoutEndIsNotTakenIn() throws IOException {
    try (KeyManagementService kms = open()) {
      azure.pad(2 << 20);
      assertThat(wrapFailure(kms).probe()).isEqualTo(Probe.UNREACHABLE);
      azure.pad(1 << 10);
      assertThat(kms.probe()).isEqualTo(Probe.OK);
    }
  }

  @Test
  void aRefusalThatMayBeOfTheLoginCountsAfterAFreshOneAlone() throws IOException {
    try (KeyManagementService kms = open()) {
      byte[] wrapped = kms.wrap(KEY, DATA);
      azure.expireLogins();
      assertThat(kms.unwrap(wrapped, DATA)).isEqualTo(KEY);
      azure.setAllowed(false);
      int before = azure.requests();
      assertThat(failure(() -> kms.unwrap(wrapped, DATA)).probe()).isEqualTo(Probe.REVOKED);
      assertThat(azure.asked().subList(before, azure.requests()))
          .extracting(request -> request.replaceFirst("\\?.*", "").replaceFirst(".*/", ""))
          .containsExactly("unwrapkey", "token", "unwrapkey");
    }
  }

  @Test
  void aTokenThatTheVaultNeverTakesSaysNothingOfTheKey() throws IOException {
    try (KeyManagementService kms = open()) {
      assertThat(kms.probe()).isEqualTo(Probe.OK);
      azure.answerAtVault(401, FakeAzure.fault("Unauthorized", "AKV10032: Invalid issuer.", null));
      KeyManagementException failure = wrapFailure(kms);
      assertThat(failure.probe()).isEqualTo(Probe.UNREACHABLE);
      assertThat(failure.reason()).isEqualTo("status 401: Unauthorized AKV10032");
    }
  }

  @Test
  void aLoginThatIsOverIsNotTakenForARevokedKeyWhenThereIsNoFreshOne() throws IOException {
    try (KeyManagementService kms = open()) {
      assertThat(kms.probe()).isEqualTo(Probe.OK);
      azure.expireLogins();
      azure.answerAtLogin(400, FakeAzure.loginFault("temporarily_unavailable", 90033));
      KeyManagementException failure = wrapFailure(kms);
      assertThat(failure.probe()).isEqualTo(Probe.UNREACHABLE);
      assertThat(failure.reason())
          .isEqualTo("login: status 400: temporarily_unavailable AADSTS90033");
    }
  }

  /** The public half is enough to wrap, and the service is said to do that with any key. */
  @Test
  void aKeyThatIsSwitchedOffDoesNotWrapEvenIfTheServiceDoes() throws IOException {
    try (KeyManagementService kms = open()) {
      azure.setEnabled(false);
      KeyManagementException failure = wrapFailure(kms);
      assertThat(failure.probe()).isEqualTo(Probe.REVOKED);
      assertThat(failure.reason()).isEqualTo("status 403: Forbidden KeyDisabled");
    }
  }

  @Test
  void whatIsUnwrappedToSomethingElseIsNotBelievedToBeWrapped() throws IOException {
    try (KeyManagementService kms = open()) {
      azure.setConfused(true);
      KeyManagementException failure = wrapFailure(kms);
      assertThat(failure.probe()).isEqualTo(Probe.UNREACHABLE);
      assertThat(failure.reason()).isEqualTo("no sensible answer");
    }
  }

  @Test
  void whatIsSaidToBeWrappedByAVersionThatDoesNotUnwrapItIsNoSensibleAnswer() throws IOException {
    try (KeyManagementService kms = open()) {
      azure.rotate();
      azure.setKeyIds(right -> right.replace(azure.key().newest().id, azure.key().oldest().id));
      KeyManagementException failure = wrapFailure(kms);
      assertThat(failure.probe()).isEqualTo(Probe.UNREACHABLE);
      assertThat(failure.reason()).isEqualTo("no sensible answer");
    }
  }

  @Test
  void aKeyThatIsDeletedIsRevoked() throws IOException {
    try (KeyManagementService kms = open()) {
      byte[] wrapped = kms.wrap(KEY, DATA);
      azure.delete();
      assertThat(kms.probe()).isEqualTo(Probe.REVOKED);
      assertThat(failure(() -> kms.unwrap(wrapped, DATA)).reason())
          .isEqualTo("status 404: KeyNotFound");
    }
  }

  @Test
  void theNewestVersionWrapsAndEachVersionUnwrapsItsOwn() throws IOException {
    try (KeyManagementService kms = open()) {
      byte[] first = kms.wrap(KEY, DATA);
      azure.rotate();
      byte[] second = kms.rewrap(first, DATA);
      assertThat(decoded(second).version())
          .isEqualTo(azure.key().newest().id)
          .isNotEqualTo(decoded(first).version());
      azure.key().newest().setEnabled(false);
      assertThat(kms.unwrap(first, DATA)).isEqualTo(KEY);
      assertThat(failure(() -> kms.unwrap(second, DATA)).probe()).isEqualTo(Probe.REVOKED);
    }
  }

  @Test
  void whatTheServiceCannotUnwrapSaysNothingOfTheKey() throws IOException {
    try (KeyManagementService kms = open()) {
      WrappedKey wrapped = decoded(kms.wrap(KEY, DATA));
      byte[] bytes = wrapped.bytes();
      bytes[100] ^= 1;
      byte[] damaged = new WrappedKey(wrapped.version(), bytes).encode(azure.address(), "rekindle");
      KeyManagementException failure = failure(() -> kms.unwrap(damaged, DATA));
      assertThat(failure.probe()).isEqualTo(Probe.OK);
      assertThat(failure.reason()).isEqualTo("status 400: BadParameter");
    }
  }

  @Test
  void whatIsDamagedOrOfAnotherKeyIsNotSent() throws IOException {
    try (KeyManagementService kms = open();
        KeyManagementService other = open(settings().set("key", "other"))) {
      byte[] foreign = other.wrap(KEY, DATA);
      int before = azure.requests();
      assertThat(failure(() -> kms.unwrap(foreign, DATA)).probe()).isEqualTo(Probe.OK);
      assertThat(failure(() -> kms.unwrap(new byte[1 << 20], DATA)).probe()).isEqualTo(Probe.OK);
      assertThat(azure.requests()).isEqualTo(before);
    }
  }

  @Test
  void anAnswerOfAnotherVaultKeyOrVersionIsNotBelieved() throws IOException {
    try (KeyManagementService kms = open()) {
      byte[] wrapped = kms.wrap(KEY, DATA);
      String server = azure.address();
      String version = azure.key().newest().id;
      for (String keyId :
          List.of(
              "https://example.vault.azure.net/keys/rekindle/" + version,
              server.replace("https", "http") + "/keys/rekindle/" + version,
              server.replace("localhost", "127.0.0.1") + "/keys/rekindle/" + version,
              "https://localhost:1/keys/rekindle/" + version,
              "https://localhost/keys/rekindle/" + version,
              server + "/keys/other/" + version,
              server + "/secrets/rekindle/" + version,
              server + "/keys/rekindle/0123456789abcdef0123456789abcdef",
              server + "/keys/rekindle/",
              server + "/keys/rekindle/" + version + "/more",
              server + "/keys/rekindle/../../more",
              "rekindle",
              "https://[/")) {
        azure.setKeyIds(right -> keyId);
        assertThat(failure(() -> kms.unwrap(wrapped, DATA)).probe())
            .as(keyId)
            .isEqualTo(Probe.UNREACHABLE);
        assertThat(wrapFailure(kms).probe()).as(keyId).isNotEqualTo(Probe.OK);
      }
    }
  }

  @Test
  void aNameInOtherLettersIsTheSame() throws IOException {
    try (KeyManagementService kms = open()) {
      byte[] wrapped = kms.wrap(KEY, DATA);
      azure.setKeyIds(
          right ->
              right.toUpperCase(Locale.ROOT).replace("HTTPS", "https").replace("/KEYS/", "/keys/"));
      assertThat(kms.unwrap(wrapped, DATA)).isEqualTo(KEY);
    }
  }

  @Test
  void anAnswerWithoutSenseIsNone() throws IOException {
    try (KeyManagementService kms = open()) {
      assertThat(kms.probe()).isEqualTo(Probe.OK);
      String kid = azure.address() + "/keys/rekindle/" + azure.key().newest().id;
      for (String json :
          List.of(
              "{\"kid\":\"KID\"}",
              "{\"kid\":\"KID\",\"value\":\"\"}",
              "{\"kid\":\"KID\",\"value\":\"!!!!\"}",
              "{\"kid\":\"KID\",\"value\":7}",
              "{\"kid\":\"KID\",\"value\":\"AAAA\"}",
              "{\"value\":\"AAAA\"}",
              "[]",
              "")) {
        azure.answerAtVault(200, json.replace("KID", kid));
        KeyManagementException failure = wrapFailure(kms);
        assertThat(failure.probe()).as(json).isEqualTo(Probe.UNREACHABLE);
        assertThat(failure.reason()).isEqualTo("no sensible answer");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"vault", "key", "tenant", "client", "client-secret-file"})
  void whatIsMissingIsNamed(String name) throws IOException {
    KeySettings settings = settings().without(name);
    assertThatExceptionOfType(StartRefusedException.class)
        .isThrownBy(() -> settings.open(new AzureKeyManagementProvider()))
        .withMessage("The provider azure needs rekindle.keys.azure." + name + ".");
  }

  @ParameterizedTest
  @CsvSource({
    "vault, http://example.vault.azure.net, https://",
    "vault, https://, address",
    "vault, https://host/keys, nothing but a host",
    "vault, https://me@host, nothing but a host",
    "vault, https://host#x, nothing but a host",
    "vault, https://host?x, nothing but a host",
    "authority, http://login.microsoftonline.com, https://",
    "authority, https://login.microsoftonline.com/common, nothing but a host",
    "key, a/b, letters",
    "key, a_b, letters",
    "key, ../secrets/a, letters",
    "tenant, common, one tenant",
    "tenant, adfs, one tenant",
    "tenant, a/b.c, one tenant",
    "client, rekindle, 32 hexadecimal digits",
    "ca-file, /dev/null, certificates",
    "ca-file, none.pem, can't be read"
  })
  void whatIsWrongIsNamed(String name, String value, String said) throws IOException {
    KeySettings settings = settings().set(name, value);
    assertThatExceptionOfType(StartRefusedException.class)
        .isThrownBy(() -> settings.open(new AzureKeyManagementProvider()))
        .withMessageContaining(said);
  }

  @Test
  void whatIsWrongOfAManagedIdentityIsNamed() throws IOException {
    KeySettings settings = settings().set("login", "managed-identity").set("client", "mine");
    assertThatExceptionOfType(StartRefusedException.class)
        .isThrownBy(() -> settings.open(new AzureKeyManagementProvider()))
        .withMessageStartingWith("rekindle.keys.azure.client must be an id");
  }
}
