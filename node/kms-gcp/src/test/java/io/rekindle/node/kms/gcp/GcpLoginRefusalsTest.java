package io.rekindle.node.kms.gcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.gson.JsonObject;
import io.rekindle.node.kms.KeyManagementException;
import io.rekindle.node.kms.KeyManagementService;
import io.rekindle.node.kms.KeyManagementService.Probe;
import io.rekindle.node.kms.contract.KeySettings;
import io.rekindle.node.kms.contract.TestTls;
import io.rekindle.node.kms.gcp.FakeLogins.Refusal;
import io.rekindle.node.kms.http.KeyServiceHttp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What logins that do not succeed say of who logs in. */
class GcpLoginRefusalsTest {
  private static final byte[] DATA = {1, 2, 3};

  @TempDir private static Path folder;
  private static FakeLogins logins;
  private static KeySettings settings;
  private static KeyManagementService kms;

  private int before;

  @BeforeAll
  static void start() throws Exception {
    TestTls tls = TestTls.make(folder.resolve("tls"));
    logins = new FakeLogins(tls.context(), KeyServiceHttp.TLS);
    settings =
        new KeySettings(folder, "gcp")
            .set("key", FakeGcp.KEY)
            .set("endpoint", "localhost:1")
            .set("ca-file", tls.authority().toString());
    kms = GcpSettings.openOnce(folder, GcpSettings.file(settings, logins.serviceAccount()));
  }

  @AfterAll
  static void stop() {
    kms.close();
    logins.close();
  }

  @BeforeEach
  void count() {
    before = logins.requests();
  }

  @AfterEach
  void refuseNobody() {
    logins.refuse(null);
    logins.answerByProxy(0);
  }

  private static void show(JsonObject credentials) throws IOException {
    GcpSettings.file(settings, credentials);
  }

  private static JsonObject federated() throws IOException {
    Path token = folder.resolve("token");
    Files.writeString(token, FakeLogins.IDENTITY);
    return logins.federatedIdentity(token.toString());
  }

  private void assertFails(Probe probe, String reason, int requests) {
    KeyManagementException failure =
        catchThrowableOfType(KeyManagementException.class, () -> kms.unwrap(new byte[50], DATA));
    assertThat(failure.reason()).contains(reason);
    assertThat(failure.probe()).as(failure.reason()).isEqualTo(probe);
    assertThat(logins.requests() - before).isEqualTo(requests);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "400 | invalid_grant | Invalid JWT Signature. | REVOKED",
        "400 | invalid_grant | Invalid grant: account not found | REVOKED",
        "401 | invalid_client | The OAuth client was not found. | REVOKED",
        "401 | unauthorized_client | Client is unauthorized. | REVOKED",
        "401 | disabled_client | The OAuth client was disabled. | REVOKED",
        "400 | invalid_grant | " + FakeLogins.CLOCK + " | UNREACHABLE",
        "400 | invalid_scope | no valid scope. | UNREACHABLE",
        "400 | invalid_request | Bad Request | UNREACHABLE",
        "403 | rate_limit_exceeded | Rate Limit Exceeded | UNREACHABLE",
        "429 | invalid_grant | slow down | UNREACHABLE",
        "500 | internal_failure | | UNREACHABLE",
        "503 | invalid_client | away | UNREACHABLE"
      })
  void aRefusedLoginIsOfTheAccountOrPasses(
      int status, String error, String description, Probe probe) throws IOException {
    show(logins.serviceAccount());
    logins.refuse(Refusal.of(status, error, description == null ? "" : description));
    assertFails(probe, "login: status " + status + ": " + error, 1);
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 400, 401, 403, 404, 502})
  void whatAProxySaysIsNoRefusal(int status) throws IOException {
    show(logins.serviceAccount());
    logins.answerByProxy(status);
    assertFails(Probe.UNREACHABLE, "login: status " + status, 1);
  }

  @ParameterizedTest
  @CsvSource({
    "private_key, -----BEGIN PRIVATE KEY-----AAAA-----END PRIVATE KEY-----, damaged",
    "private_key, nonsense, damaged",
    "client_email, , lacks something",
    "type, authorized_user, neither",
    "type, , neither"
  })
  void aFileThatIsNoServiceAccountSaysNothingOfTheKey(String name, String value, String said)
      throws IOException {
    JsonObject account = logins.serviceAccount();
    account.addProperty(name, value);
    show(account);
    assertFails(Probe.UNREACHABLE, said, 0);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "400 | invalid_grant | Error connecting to the given credential's issuer. | UNREACHABLE",
        "400 | invalid_grant | ID Token issued at 1 is stale to sign-in. | UNREACHABLE",
        "400 | invalid_target | The target service indicated is invalid. | REVOKED",
        "401 | unauthorized_client | no | REVOKED",
        "500 | server_error | no | UNREACHABLE"
      })
  void aFederatedIdentityThatIsNotConfirmedIsNoRefusal(
      int status, String error, String description, Probe probe) throws IOException {
    show(federated());
    logins.refuse(Refusal.of(status, error, description));
    assertFails(probe, "login: status " + status + ": " + error, 1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"url", "executable", "environment_id", "certificate"})
  void aFederatedIdentityOfAnotherKindIsNotAskedFor(String kind) throws IOException {
    JsonObject identity = federated();
    identity.getAsJsonObject("credential_source").addProperty(kind, logins.address());
    show(identity);
    assertFails(Probe.UNREACHABLE, "not in a file", 0);
    identity.getAsJsonObject("credential_source").remove("file");
    show(identity);
    assertFails(Probe.UNREACHABLE, "not in a file", 0);
  }
}
