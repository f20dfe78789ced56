package io.rekindle.node.kms.azure;

import io.rekindle.node.kms.KeyManagementException;
import io.rekindle.node.kms.KeyManagementService.Probe;
import io.rekindle.node.kms.azure.AzureHttp.Answer;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a vault's refusals mean; codes are those of Key Vault and of Managed HSM. */
final class KeyVaultAnswers {
  private static final int BAD_REQUEST = 400;
  private static final int UNAUTHORIZED = 401;
  private static final int FORBIDDEN = 403;
  private static final int NOT_FOUND = 404;
  private static final int CONFLICT = 409;

  /** Of a caller without the right; the groups that he is in are written in his login. */
  private static final Set<String> ACCESS =
      Set.of("AccessDenied", "ForbiddenByPolicy", "ForbiddenByRbac");

  /**
   * Begins the inner codes of refusals by rules; others than of {@link #ACCESS} are of networks.
   */
  private static final String BY_RULE = "ForbiddenBy";

  private static final Set<String> DELETED =
      Set.of("ObjectIsDeletedButRecoverable", "ObjectIsBeingDeleted");

  private static final Pattern CODE = Pattern.compile("[A-Za-z0-9_.]{1,60}");

  /** Begins the text of a 401, which has one code for all of them. */
  private static final Pattern NUMBER = Pattern.compile("^(AKV\\d{1,8})\\b");

  private KeyVaultAnswers() {}

  /** An error's codes. */
  private record Fault(int status, String code, @Nullable String inner, @Nullable String number) {
    boolean is(Set<String> codes) {
      return codes.contains(code) || (inner != null && codes.contains(inner));
    }

    String reason() {
      return "status "
          + status
          + ": "
          + code
          + (inner == null ? "" : " " + inner)
          + (number == null ? "" : " " + number);
    }
  }

  /**
   * What an answer means whose status is not that of a success.
   *
   * @return a {@link KeyManagementException} or a {@link StaleLoginException}
   */
  static RuntimeException refusal(Answer answer) {
    Optional<Fault> found = JsonBody.parse(answer.body()).map(body -> fault(answer, body));
    if (found.isEmpty()) {
      return new KeyManagementException(
          Probe.UNREACHABLE,
          "this is no answer of Azure Key Vault",
          "status " + answer.status(),
          null);
    }
    Fault fault = found.get();
    Probe probe = probe(fault);
    KeyManagementException meaning =
        new KeyManagementException(
            probe,
            probe == Probe.UNREACHABLE ? "Azure Key Vault puts off" : "Azure Key Vault refuses",
            fault.reason(),
            null);
    boolean mayBeLogin =
        fault.status() == UNAUTHORIZED || (fault.status() == FORBIDDEN && isAccess(fault));
    return mayBeLogin ? new StaleLoginException(meaning) : meaning;
  }

  /** Null of what is no error as the service has them. */
  private static @Nullable Fault fault(Answer answer, JsonBody body) {
    JsonBody error = body.part("error");
    String code = error == null ? null : code(error);
    if (error == null || code == null) {
      return null;
    }
    JsonBody inner = error.part("innererror");
    String message = error.text("message");
    Matcher number = NUMBER.matcher(message == null ? "" : message);
    return new Fault(
        answer.status(),
        code,
        inner == null ? null : code(inner),
        number.find() ? number.group(1) : null);
  }

  private static @Nullable String code(JsonBody error) {
    String code = error.text("code");
    return code != null && CODE.matcher(code).matches() ? code : null;
  }

  private static Probe probe(Fault fault) {
    return switch (fault.status()) {
      case BAD_REQUEST -> fault.is(Set.of("BadParameter")) ? Probe.OK : Probe.UNREACHABLE;
      // Who asks is not known, also after a fresh login, which is not the key's.
      case UNAUTHORIZED -> Probe.UNREACHABLE;
      case FORBIDDEN -> forbidden(fault);
      case NOT_FOUND -> fault.is(Set.of("KeyNotFound")) ? Probe.REVOKED : Probe.UNREACHABLE;
      case CONFLICT -> fault.is(DELETED) ? Probe.REVOKED : Probe.UNREACHABLE;
      default -> Probe.UNREACHABLE;
    };
  }

  /** A key that is switched off, over, not valid yet, or not for wrapping; a right that is not. */
  private static Probe forbidden(Fault fault) {
    String inner = fault.inner();
    boolean byNetwork = inner != null && inner.startsWith(BY_RULE) && !ACCESS.contains(inner);
    return byNetwork ? Probe.UNREACHABLE : Probe.REVOKED;
  }

  private static boolean isAccess(Fault fault) {
    return fault.inner() == null || fault.is(ACCESS);
  }
}
