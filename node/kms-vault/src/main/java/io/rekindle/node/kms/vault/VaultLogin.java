package io.rekindle.node.kms.vault;

import io.github.jopenlibs.vault.json.JsonObject;
import io.github.jopenlibs.vault.json.JsonValue;
import io.rekindle.node.kms.KeyManagementException;
import io.rekindle.node.kms.KeyManagementService.Probe;
import io.rekindle.node.kms.vault.VaultRequests.Answer;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The token that a node has from Vault: asked for when there is none, renewed when two thirds of
 * its time are over, asked for anew when it can't be renewed. Safe for use by many threads, which
 * wait for each other.
 */
final class VaultLogin {
  private static final Logger LOG = LoggerFactory.getLogger(VaultLogin.class);
  private static final String RENEW = "auth/token/renew-self";
  private static final String LOOK_UP = "auth/token/lookup-self";

  private final VaultRequests requests;
  private final VaultCredentials credentials;
  private final LongSupplier nanos;
  private @Nullable Lease lease;

  /**
   * A token, as it is shown with each request.
   *
   * @param isKnown whether Vault has said anything of it but that permission is denied, which some
   *     say of a token that is over, too
   */
  record Shown(String token, boolean isKnown) {
    @Override
    public String toString() {
      return "a token";
    }
  }

  /**
   * A token, and when it is to be renewed.
   *
   * @param endless whether it is not renewed: Vault gave it no time, or refuses to renew it
   */
  private record Lease(Shown shown, boolean endless, long dueNanos, long endNanos) {
    String token() {
      return shown.token();
    }
  }

  VaultLogin(VaultRequests requests, VaultCredentials credentials, LongSupplier nanos) {
    this.requests = requests;
    this.credentials = credentials;
    this.nanos = nanos;
  }

  /**
   * A token that is good as far as is known.
   *
   * @throws KeyManagementException with {@link Probe#REVOKED} when Vault refuses the credentials
   */
  synchronized Shown shown() {
    Lease current = lease;
    if (current == null) {
      current = logIn();
    } else if (!current.endless() && nanos.getAsLong() - current.dueNanos() >= 0) {
      current = renewed(current);
    }
    lease = current;
    return current.shown();
  }

  /** A token that Vault refuses, whatever the reason. */
  synchronized void forget(Shown refused) {
    if (lease != null && lease.token().equals(refused.token())) {
      lease = null;
    }
  }

  synchronized void forget() {
    lease = null;
  }

  private Lease logIn() {
    return switch (credentials) {
      case VaultCredentials.Token token -> ofFile(token.read());
      case VaultCredentials.ForToken shown -> asked(shown);
    };
  }

  private Lease asked(VaultCredentials.ForToken shown) {
    Answer answer = requests.write(shown.path(), shown.fields(), null);
    if (answer.isRefusal()) {
      boolean unsure = answer.isForbidden() && shown.isRefusalUnsure();
      throw new KeyManagementException(
          unsure ? Probe.UNREACHABLE : Probe.REVOKED,
          "Vault refuses the login",
          "login: " + answer.reason(),
          null);
    }
    return lease(answer);
  }

  /** A token says how long it is good for when it is renewed; some, as a root token, are not. */
  private Lease ofFile(String token) {
    Answer answer = requests.write(RENEW, Map.of(), token);
    if (!answer.isRefusal()) {
      return lease(answer);
    }
    boolean isKnown = !answer.isForbidden() || !requests.read(LOOK_UP, token).isForbidden();
    return lease(new Shown(token, isKnown), 0);
  }

  /** What was not renewed is good until its time is over. */
  private Lease renewed(Lease before) {
    try {
      Answer answer = requests.write(RENEW, Map.of(), before.token());
      return answer.isRefusal() ? logIn() : lease(answer);
    } catch (KeyManagementException e) {
      long left = before.endNanos() - nanos.getAsLong();
      if (left <= 0) {
        return logIn();
      }
      LOG.atWarn().addKeyValue("reason", e.reason()).log("the login to Vault was not renewed yet");
      return new Lease(before.shown(), false, before.endNanos() - left / 2, before.endNanos());
    }
  }

  private Lease lease(Answer answer) {
    JsonObject auth = answer.part("auth");
    JsonValue token = auth == null ? null : auth.get("client_token");
    JsonValue seconds = auth == null ? null : auth.get("lease_duration");
    if (token == null || !token.isString() || seconds == null || !seconds.isNumber()) {
      throw new KeyManagementException(
          Probe.UNREACHABLE, "Vault answers a login without a token", null, null);
    }
    return lease(new Shown(token.asString(), true), seconds.asLong());
  }

  private Lease lease(Shown shown, long seconds) {
    long now = nanos.getAsLong();
    long lasts = TimeUnit.SECONDS.toNanos(seconds);
    return new Lease(shown, seconds <= 0, now + lasts / 3 * 2, now + lasts);
  }
}
