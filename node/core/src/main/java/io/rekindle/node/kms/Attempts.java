package io.rekindle.node.kms;

import io.rekindle.node.config.CustomerKeyConfig;
import io.rekindle.node.error.StartRefusedException;
import io.rekindle.node.kms.KeyManagementService.Probe;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * How often a provider is asked that does not answer, with pauses of 0.2 s to 2 s. A refusal is not
 * asked for again: it was an answer.
 *
 * @param max 1 to 10
 * @param timeout of each request; a minute at most
 */
public record Attempts(int max, Duration timeout) {
  private static final Duration TIMEOUT_MAX = Duration.ofMinutes(1);
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
  private static final long PAUSE_NANOS_MAX = TimeUnit.SECONDS.toNanos(2);

  /**
   * As configured.
   *
   * @throws StartRefusedException when a request may take too long
   */
  public static Attempts of(CustomerKeyConfig settings) {
    if (settings.requestTimeout().compareTo(TIMEOUT_MAX) > 0) {
      throw new StartRefusedException("rekindle.keys.request-timeout may be a minute at most.");
    }
    return new Attempts(settings.attempts(), settings.requestTimeout());
  }

  /**
   * Asks until there is an answer.
   *
   * @param request fails by {@link KeyManagementException} alone
   * @throws KeyManagementException the last one
   */
  public <T> T ask(Supplier<T> request) {
    for (int attempt = 1; ; attempt++) {
      try {
        return request.get();
      } catch (KeyManagementException e) {
        if (e.probe() != Probe.UNREACHABLE || attempt >= max) {
          throw e;
        }
        LockSupport.parkNanos(Math.min(PAUSE_NANOS << (attempt - 1), PAUSE_NANOS_MAX));
      }
    }
  }
}
