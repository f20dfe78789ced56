package io.rekindle.node.kms.aws;

import io.rekindle.node.kms.KeyManagementException;
import io.rekindle.node.kms.KeyManagementService.Probe;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.auth.credentials.AwsCredentials;

/**
 * The credentials that a node has from AWS: asked for when there are none, and anew in the last
 * minutes of their time. Those that have no end are read each time, so that they may be replaced.
 * Safe for use by many threads, which wait for each other.
 */
final class AwsLogin {
  private static final Logger LOG = LoggerFactory.getLogger(AwsLogin.class);

  /** The machine has new ones by then at the latest. */
  private static final Duration RENEWAL = Duration.ofMinutes(5);

  private final AwsCredentialSource source;
  private final InstantSource clock;
  private @Nullable AwsCredentials held;

  AwsLogin(AwsCredentialSource source, InstantSource clock) {
    this.source = source;
    this.clock = clock;
  }

  /**
   * Credentials that are good as far as is known.
   *
   * @throws KeyManagementException with {@link Probe#REVOKED} when AWS refuses the login
   */
  synchronized AwsCredentials credentials() {
    AwsCredentials current = held;
    if (current == null || isOverWithin(current, Duration.ZERO)) {
      current = source.read();
    } else if (isOverWithin(current, RENEWAL)) {
      current = renewed(current);
    }
    held = current;
    return current;
  }

  /** Credentials that AWS refuses, whatever the reason. */
  synchronized void forget(AwsCredentials refused) {
    if (held != null && held.equals(refused)) {
      held = null;
    }
  }

  synchronized void forget() {
    held = null;
  }

  private boolean isOverWithin(AwsCredentials credentials, Duration time) {
    Instant at = clock.instant().plus(time);
    return credentials.expirationTime().map(end -> !at.isBefore(end)).orElse(true);
  }

  /** What was not renewed is good until its time is over. */
  private AwsCredentials renewed(AwsCredentials before) {
    try {
      return source.read();
    } catch (KeyManagementException e) {
      LOG.atWarn().addKeyValue("reason", e.reason()).log("the login to AWS was not renewed yet");
      return before;
    }
  }
}
