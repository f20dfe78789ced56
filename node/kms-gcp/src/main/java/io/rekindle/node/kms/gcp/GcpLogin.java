package io.rekindle.node.kms.gcp;

import com.google.auth.oauth2.AccessToken;
import com.google.auth.oauth2.GoogleCredentials;
import io.rekindle.node.kms.KeyManagementException;
import io.rekindle.node.kms.KeyManagementService.Probe;
import java.io.IOException;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The token that a node has from Google: asked for when there is none, and anew five minutes before
 * its end. Google's library makes the requests; what it would do by itself, such as to ask again or
 * in the background, it is not asked for. Safe for use by many threads, which wait for each other.
 */
final class GcpLogin implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(GcpLogin.class);

  private static final long MARGIN_NANOS = TimeUnit.MINUTES.toNanos(5);

  /** Of what says no time; Google's own lasts for an hour. */
  private static final long LASTS_NANOS = TimeUnit.MINUTES.toNanos(10);

  /** Whatever else would be no header. */
  private static final Pattern TOKEN = Pattern.compile("[\\x21-\\x7e]{1,16384}");

  private final GcpCredentials credentials;
  private final HttpClient client;
  private final LongSupplier nanos;
  private @Nullable Lease lease;

  /**
   * To be shown with each request.
   *
   * @param quotaProject which project is to pay for it, if the credentials say so
   */
  record Token(String text, Optional<String> quotaProject) {
    @Override
    public String toString() {
      return "a token";
    }
  }

  private record Lease(Token token, long dueNanos, long endNanos) {}

  GcpLogin(GcpCredentials credentials, HttpClient client, LongSupplier nanos) {
    this.credentials = credentials;
    this.client = client;
    this.nanos = nanos;
  }

  /**
   * A token that is good as far as is known.
   *
   * @throws KeyManagementException with {@link Probe#REVOKED} when Google refuses the credentials
   */
  synchronized Token token() {
    Lease current = lease;
    if (current == null) {
      current = logIn();
    } else if (nanos.getAsLong() - current.dueNanos() >= 0) {
      current = renewed(current);
    }
    lease = current;
    return current.token();
  }

  /** A token that Google does not know. */
  synchronized void forget(Token token) {
    if (lease != null && lease.token().equals(token)) {
      lease = null;
    }
  }

  synchronized void forget() {
    lease = null;
  }

  /** What was not renewed is good until its time is over. */
  private Lease renewed(Lease before) {
    try {
      return logIn();
    } catch (KeyManagementException e) {
      long left = before.endNanos() - nanos.getAsLong();
      if (left <= 0) {
        throw e;
      }
      LOG.atWarn().addKeyValue("reason", e.reason()).log("the login to Google was not renewed yet");
      return new Lease(before.token(), before.endNanos() - left / 2, before.endNanos());
    }
  }

  private Lease logIn() {
    LoginTransport transport = new LoginTransport(client, credentials.server());
    GoogleCredentials google = credentials.read(() -> transport);
    AccessToken token;
    try {
      token = google.refreshAccessToken();
    } catch (IOException | RuntimeException e) {
      // The words of the library repeat answers, and name files and accounts.
      throw LoginRefusals.meaning(transport, credentials.isOwn(google));
    }
    String text = token.getTokenValue();
    if (text == null || !TOKEN.matcher(text).matches()) {
      throw new KeyManagementException(
          Probe.UNREACHABLE, "Google answers a login without a token", null, null);
    }
    return lease(new Token(text, Optional.ofNullable(google.getQuotaProjectId())), lasts(token));
  }

  private static long lasts(AccessToken token) {
    return token.getExpirationTime() == null
        ? LASTS_NANOS
        : Duration.between(Instant.now(), token.getExpirationTime().toInstant()).toNanos();
  }

  private Lease lease(Token token, long lasts) {
    long now = nanos.getAsLong();
    return new Lease(token, now + Math.max(lasts - MARGIN_NANOS, lasts / 2), now + lasts);
  }

  @Override
  public void close() {
    client.close();
  }
}
