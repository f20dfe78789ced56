package io.rekindle.node.kms.azure;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.kms.KeyManagementException;
import io.rekindle.node.kms.KeyManagementService.Probe;
import io.rekindle.node.kms.azure.AzureHttp.Answer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What refusals mean, of a vault and of a login. */
class AnswersTest {
  private static Answer answer(int status, String body) {
    return new Answer(status, Map.of(), body.getBytes(StandardCharsets.UTF_8));
  }

  private static KeyManagementException meaning(RuntimeException refusal) {
    return refusal instanceof StaleLoginException stale
        ? stale.meaning()
        : (KeyManagementException) refusal;
  }

  /** The last column says whether it counts after a fresh login alone. */
  @ParameterizedTest
  @CsvSource({
    "400, BadParameter, , OK, false",
    "400, BadRequest, , UNREACHABLE, false",
    "401, Unauthorized, , UNREACHABLE, true",
    "403, Forbidden, , REVOKED, true",
    "403, Forbidden, AccessDenied, REVOKED, true",
    "403, Forbidden, ForbiddenByPolicy, REVOKED, true",
    "403, Forbidden, ForbiddenByRbac, REVOKED, true",
    "403, Forbidden, ForbiddenByFirewall, UNREACHABLE, false",
    "403, Forbidden, ForbiddenByConnection, UNREACHABLE, false",
    "403, Forbidden, ForbiddenByNetworkSecurityPerimeter, UNREACHABLE, false",
    "403, Forbidden, KeyDisabled, REVOKED, false",
    "403, Forbidden, KeyNotYetValid, REVOKED, false",
    "403, Forbidden, KeyExpired, REVOKED, false",
    "403, Forbidden, KeyOperationForbidden, REVOKED, false",
    "404, KeyNotFound, , REVOKED, false",
    "404, NotFound, , UNREACHABLE, false",
    "408, Timeout, , UNREACHABLE, false",
    "409, Conflict, ObjectIsDeletedButRecoverable, REVOKED, false",
    "409, Conflict, ObjectIsBeingDeleted, REVOKED, false",
    "409, Conflict, ObjectIsBeingRecovered, UNREACHABLE, false",
    "429, Throttled, , UNREACHABLE, false",
    "500, InternalError, , UNREACHABLE, false",
    "503, KeyNotFound, , UNREACHABLE, false",
    "307, KeyNotFound, , UNREACHABLE, false"
  })
  void aVaultSaysByItsCodesWhatARefusalIs(
      int status, String code, String inner, Probe probe, boolean mayBeLogin) {
    RuntimeException refusal =
        KeyVaultAnswers.refusal(answer(status, FakeAzure.fault(code, "a text", inner)));
    assertThat(refusal instanceof StaleLoginException).isEqualTo(mayBeLogin);
    assertThat(meaning(refusal).probe()).isEqualTo(probe);
    assertThat(meaning(refusal).reason())
        .isEqualTo("status " + status + ": " + code + (inner == null ? "" : " " + inner));
  }

  @Test
  void theInnerCodeMayBeWrittenInOtherLetters() {
    String json =
        FakeAzure.fault("Forbidden", "a", "ForbiddenByFirewall")
            .replace("innererror", "innerError");
    assertThat(meaning(KeyVaultAnswers.refusal(answer(403, json))).probe())
        .isEqualTo(Probe.UNREACHABLE);
  }

  @Test
  void a401IsToldByItsNumber() {
    String json = FakeAzure.fault("Unauthorized", "AKV10022: Invalid audience.", null);
    assertThat(meaning(KeyVaultAnswers.refusal(answer(401, json))).reason())
        .isEqualTo("status 401: Unauthorized AKV10022");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "<html>nginx</html>",
        "{}",
        "[]",
        "null",
        "\"KeyNotFound\"",
        "{\"error\":\"KeyNotFound\"}",
        "{\"error\":{}}",
        "{\"error\":{\"code\":7}}",
        "{\"error\":{\"code\":\"Key Not Found\"}}",
        "{\"error\":{\"code\":\"KeyNotFound\"}} and more",
        "{\"error\":{\"code\":\"KeyNotFound\"}"
      })
  void whatIsNoFaultOfAVaultSaysNothing(String body) {
    for (int status : new int[] {400, 401, 403, 404, 409}) {
      RuntimeException refusal = KeyVaultAnswers.refusal(answer(status, body));
      assertThat(refusal).isInstanceOf(KeyManagementException.class);
      assertThat(meaning(refusal).probe()).isEqualTo(Probe.UNREACHABLE);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "401, invalid_client, 7000215, REVOKED",
    "401, invalid_client, 7000222, REVOKED",
    "400, unauthorized_client, 700016, REVOKED",
    "401, unauthorized_client, 7000112, REVOKED",
    "401, invalid_client, 700213, REVOKED",
    "400, invalid_tenant, 90002, REVOKED",
    "400, invalid_grant, 50173, REVOKED",
    "400, invalid_grant, 53003, REVOKED",
    "401, invalid_client, 700024, UNREACHABLE",
    "401, invalid_client, 700027, UNREACHABLE",
    "400, temporarily_unavailable, 90033, UNREACHABLE",
    "400, invalid_resource, 500011, UNREACHABLE",
    "401, invalid_client, 7000299, UNREACHABLE",
    "429, invalid_client, 7000215, UNREACHABLE",
    "500, invalid_client, 7000215, UNREACHABLE"
  })
  void aLoginSaysByItsCodesWhatARefusalIs(int status, String error, long code, Probe probe) {
    String json = FakeAzure.loginFault(error, code);
    String described = json.replace("\"error_codes\":[" + code + "],", "");
    assertThat(described).isNotEqualTo(json);
    for (String body : new String[] {json, described}) {
      KeyManagementException refusal = EntraAnswers.refusal(answer(status, body));
      assertThat(refusal.probe()).isEqualTo(probe);
      assertThat(refusal.reason())
          .isEqualTo("login: status " + status + ": " + error + " AADSTS" + code);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "<html>AADSTS7000215</html>", "{}", "{\"error_codes\":[7000215]}"})
  void whatIsNoFaultOfALoginSaysNothing(String body) {
    KeyManagementException refusal = EntraAnswers.refusal(answer(401, body));
    assertThat(refusal.probe()).isEqualTo(Probe.UNREACHABLE);
    assertThat(refusal.reason()).isEqualTo("login: status 401");
  }

  @ParameterizedTest
  @CsvSource({
    "example.vault.azure.net, https://vault.azure.net",
    "example.managedhsm.azure.net, https://managedhsm.azure.net",
    "example.vault.azure.cn, https://vault.azure.cn",
    "example.vault.usgovcloudapi.net, https://vault.usgovcloudapi.net",
    "example.managedhsm.usgovcloudapi.net, https://managedhsm.usgovcloudapi.net",
    "example.vault.azure.net.example.org, https://vault.azure.net.example.org",
    "vault.example.org, https://vault.azure.net",
    "localhost, https://vault.azure.net"
  })
  void aTokenIsForTheVaultsOfTheCloudThatTheVaultIsIn(String host, String resource) {
    assertThat(AzureKeyManagementProvider.resource(host)).isEqualTo(resource);
  }
}
