package io.rekindle.node.kms.azure;

import io.rekindle.node.kms.KeyManagementException;
import io.rekindle.node.kms.KeyManagementService.Probe;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The token that a node has: asked for when there is none, and anew when two thirds of its time are
 * over. Safe for use by many threads, which wait for each other.
 */
final class AzureLogin {
  private static final Logger LOG = LoggerFactory.getLogger(AzureLogin.class);

  private final AzureCredentials credentials;
  private final LongSupplier nanos;
  private @Nullable Lease lease;

  /** A token, and when another one is to be asked for. */
  private record Lease(AzureToken token, long dueNanos, long endNanos) {}

  AzureLogin(AzureCredentials credentials, LongSupplier nanos) {
    this.credentials = credentials;
    this.nanos = nanos;
  }

  /**
   * A token that is good as far as is known.
   *
   * @throws KeyManagementException with {@link Probe#REVOKED} when the credentials are refused
   */
  synchronized String token() {
    Lease current = lease;
    if (current == null) {
      current = logIn();
    } else if (nanos.getAsLong() - current.dueNanos() >= 0) {
      current = renewed(current);
    }
    lease = current;
    return current.token().value();
  }

  /** A token that is refused, whatever the reason. */
  synchronized void forget(String token) {
    if (lease != null && lease.token().value().equals(token)) {
      lease = null;
    }
  }

  synchronized void forget() {
    lease = null;
  }

  private Lease logIn() {
    AzureToken token = credentials.logIn();
    long now = nanos.getAsLong();
    long lasts = token.lasts().toNanos();
    return new Lease(token, now + lasts / 3 * 2, now + lasts);
  }

  /** A token is good until its time is over, also when there is no other one. */
  private Lease renewed(Lease before) {
    long left = before.endNanos() - nanos.getAsLong();
    if (left <= 0) {
      lease = null;
      return logIn();
    }
    try {
      return logIn();
    } catch (KeyManagementException e) {
      LOG.atWarn().addKeyValue("reason", e.reason()).log("the login to Azure was not renewed yet");
      return new Lease(before.token(), before.endNanos() - left / 2, before.endNanos());
    }
  }
}
