package io.rekindle.node.kms.azure;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a login gave.
 *
 * @param lasts from now on
 */
record AzureToken(String value, Duration lasts) {
  /** As RFC 6750 has them; a header would repeat others in its refusal. */
  private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9._~+/-]+=*");

  /** More is not believed; those of machines last so long. */
  private static final long SECONDS_MAX = 86_400;

  /** Empty of what is no token. */
  static Optional<AzureToken> of(@Nullable String value, long seconds) {
    return value != null && TOKEN.matcher(value).matches()
        ? Optional.of(
            new AzureToken(value, Duration.ofSeconds(Math.clamp(seconds, 0, SECONDS_MAX))))
        : Optional.empty();
  }

  @Override
  public String toString() {
    return "a token";
  }
}
