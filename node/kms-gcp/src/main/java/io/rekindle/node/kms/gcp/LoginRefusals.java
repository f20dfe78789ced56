package io.rekindle.node.kms.gcp;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.rekindle.node.kms.KeyManagementException;
import io.rekindle.node.kms.KeyManagementService.Probe;
import io.rekindle.node.kms.gcp.LoginTransport.Answer;
import java.io.IOException;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a login that did not succeed says of who logs in. It is refused when Google says that the
 * account or its key is not there any more; whatever may pass, as a wrong clock, is no refusal.
 */
final class LoginRefusals {
  /** Of OAuth. */
  private static final List<String> NO_CLIENT =
      List.of("invalid_client", "unauthorized_client", "disabled_client", "invalid_target");

  private static final String NO_GRANT = "invalid_grant";

  /** Of Google's other services: to act for a service account. */
  private static final List<String> DENIALS = List.of("PERMISSION_DENIED", "NOT_FOUND");

  /** What of a grant passes when the clock, or the token of the federated identity, is right. */
  private static final Pattern CLOCK =
      Pattern.compile("timeframe|\\biat\\b|\\bexp\\b|expire|stale|early|clock|future");

  /** What Google says of a federated identity that it knows, and does not let in. */
  private static final Pattern DENIED_IDENTITY = Pattern.compile("attribute condition");

  /** A JWT, or a token of Google's: nobody has to repeat one. */
  private static final Pattern SECRET = Pattern.compile("eyJ[\\w.-]*|ya29\\.[\\w.-]*");

  private LoginRefusals() {}

  /** What a refusal says: of OAuth, or of Google's other services. */
  private record Refusal(String code, String text) {
    String reason() {
      return code + (text.isEmpty() ? "" : ": " + SECRET.matcher(text).replaceAll("..."));
    }
  }

  /**
   * @param own whether the credentials are Google's own, and not of somebody who vouches for them
   */
  static KeyManagementException meaning(LoginTransport transport, boolean own) {
    Answer answer = transport.answer();
    IOException fault = transport.fault();
    if (fault != null) {
      return new KeyManagementException(
          Probe.UNREACHABLE, "the login to Google is not answered", "login: " + kind(fault), fault);
    }
    if (answer == null) {
      return new KeyManagementException(
          Probe.UNREACHABLE,
          "the credentials for Google can't be used",
          "login: nobody was asked, as the token of the identity can't be read",
          null);
    }
    Refusal refusal = refusal(answer.text());
    boolean refused =
        refusal != null && !transport.asksMachine() && isRefused(answer.status(), refusal, own);
    return new KeyManagementException(
        refused ? Probe.REVOKED : Probe.UNREACHABLE,
        refused ? "Google refuses the login" : "the login to Google does not succeed",
        "login: status " + answer.status() + (refusal == null ? "" : ": " + refusal.reason()),
        null);
  }

  /** Of our own client's faults, which have nothing of an answer in them. */
  private static String kind(IOException fault) {
    Throwable cause = fault;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    boolean named = cause.getClass() == IOException.class && cause.getMessage() != null;
    return named ? String.valueOf(cause.getMessage()) : cause.getClass().getSimpleName();
  }

  private static boolean isRefused(int status, Refusal refusal, boolean own) {
    return switch (status) {
      case 400, 401, 403, 404 ->
          NO_CLIENT.contains(refusal.code())
              || DENIALS.contains(refusal.code())
              || (refusal.code().equals(NO_GRANT) && isRefusedGrant(refusal.text(), own));
      default -> false;
    };
  }

  /** To find out who a federated identity is, Google asks others, and says the same if it can't. */
  private static boolean isRefusedGrant(String text, boolean own) {
    return own ? !CLOCK.matcher(text).find() : DENIED_IDENTITY.matcher(text).find();
  }

  /** Null when it is none. */
  private static @Nullable Refusal refusal(String body) {
    try {
      if (JsonParser.parseString(body) instanceof JsonObject fields && fields.has("error")) {
        return fields.get("error") instanceof JsonObject error
            ? new Refusal(text(error, "status"), text(error, "message"))
            : new Refusal(text(fields, "error"), text(fields, "error_description"));
      }
    } catch (JsonParseException e) {
      // Not what Google says of anything.
    }
    return null;
  }

  private static String text(JsonObject fields, String name) {
    JsonElement value = fields.get(name);
    return value != null && value.isJsonPrimitive() ? value.getAsString() : "";
  }
}
