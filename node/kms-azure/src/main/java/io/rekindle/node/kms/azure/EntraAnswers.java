package io.rekindle.node.kms.azure;

import io.rekindle.node.kms.KeyManagementException;
import io.rekindle.node.kms.KeyManagementService.Probe;
import io.rekindle.node.kms.azure.AzureHttp.Answer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What Entra ID, or the metadata service of a machine in its name, says of a login. */
final class EntraAnswers {
  /**
   * Codes that refuse whoever logs in, for good: a secret is wrong (7000215) or over (7000222); the
   * application is unknown (700016), switched off (7000112), not in this tenant (7000229), or not
   * let into the vault (50105, 501051); no trust in the issuer, audience or subject of the token
   * that is shown (70021, 700211 to 700213); the tenant is gone (90002); a policy blocks it
   * (53003); what was granted is withdrawn (50173).
   *
   * <p>Others, also those that we do not know, say nothing for good, as 700024 (the clocks differ),
   * 700027 (the token's signature could not be checked), 90033 (try again).
   */
  private static final Set<Long> REFUSED =
      Set.of(
          7000215L, 7000222L, 700016L, 7000112L, 7000229L, 50105L, 501051L, 70021L, 700211L,
          700212L, 700213L, 90002L, 53003L, 50173L);

  private static final Pattern DESCRIBED = Pattern.compile("\\bAADSTS(\\d{4,9})\\b");
  private static final Pattern ERROR = Pattern.compile("[a-z_]{1,40}");
  private static final int BAD_REQUEST = 400;
  private static final int UNAUTHORIZED = 401;

  private EntraAnswers() {}

  /** A token, if the answer is one. */
  static Optional<AzureToken> token(JsonBody body, long seconds) {
    return "Bearer".equalsIgnoreCase(body.text("token_type"))
        ? AzureToken.of(body.text("access_token"), seconds)
        : Optional.empty();
  }

  /** For an answer that is no token. */
  static KeyManagementException noToken() {
    return new KeyManagementException(
        Probe.UNREACHABLE, "Azure answers a login without a token", "login: no token", null);
  }

  /** What an answer means whose status is not that of a token. */
  static KeyManagementException refusal(Answer answer) {
    int status = answer.status();
    Optional<JsonBody> body = JsonBody.parse(answer.body());
    String error = body.map(fields -> fields.text("error")).orElse(null);
    if (body.isEmpty() || error == null) {
      return new KeyManagementException(
          Probe.UNREACHABLE, "this is no answer of Azure's login", "login: status " + status, null);
    }
    List<Long> codes = codes(body.get());
    boolean refused =
        (status == BAD_REQUEST || status == UNAUTHORIZED)
            && codes.stream().anyMatch(REFUSED::contains);
    return new KeyManagementException(
        refused ? Probe.REVOKED : Probe.UNREACHABLE,
        refused ? "Azure refuses the login" : "Azure does not log in now",
        reason(status, error, codes),
        null);
  }

  private static List<Long> codes(JsonBody body) {
    List<Long> codes = new ArrayList<>(body.numbers("error_codes"));
    @Nullable String description = body.text("error_description");
    if (codes.isEmpty() && description != null) {
      Matcher described = DESCRIBED.matcher(description);
      while (described.find()) {
        codes.add(Long.valueOf(described.group(1)));
      }
    }
    return codes;
  }

  /** Of what is said, only what is surely no credential. */
  private static String reason(int status, String error, List<Long> codes) {
    StringBuilder reason = new StringBuilder("login: status ").append(status);
    if (ERROR.matcher(error).matches()) {
      reason.append(": ").append(error);
    }
    codes.forEach(code -> reason.append(" AADSTS").append(code));
    return reason.toString();
  }
}
