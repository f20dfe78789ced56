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

  private final VaultRequests requests;
  private final VaultCredentials credentials;
  private final LongSupplier nanos;
  private @Nullable Lease lease;

  /**
   * A token, and when it is to be renewed.
   *
   * @param endless whether it is not renewed: Vault gave it no time, or refuses to renew it
   */
  private record Lease(String token, boolean endless, long dueNanos, long endNanos) {}

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
  synchronized String token() {
    Lease current = lease;
    if (current == null) {
      current = logIn();
    } else if (!current.endless() && nanos.getAsLong() - current.dueNanos() >= 0) {
      current = renewed(current);
    }
    lease = current;
    return current.token();
  }

  /** A token that Vault refuses, whatever the reason. */
  synchronized void forget(String token) {
    if (lease != null && lease.token().equals(token)) {
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
    return answer.isRefusal() ? lease(token, 0) : lease(answer);
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
      return new Lease(before.token(), false, before.endNanos() - left / 2, before.endNanos());
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
    return lease(token.asString(), seconds.asLong());
  }

  private Lease lease(String token, long seconds) {
    long now = nanos.getAsLong();
    long lasts = TimeUnit.SECONDS.toNanos(seconds);
    return new Lease(token, seconds <= 0, now + lasts / 3 * 2, now + lasts);
  }
}
