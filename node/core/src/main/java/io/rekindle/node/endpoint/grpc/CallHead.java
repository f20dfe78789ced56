package io.rekindle.node.endpoint.grpc;

import io.grpc.Metadata;
import io.rekindle.node.error.RekindleException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a call says before its message: who calls, from where, and for how long they wait.
 *
 * @param credential the API key without its scheme; null when there is none, or more than one
 * @param timeout as the client gave it; null when it gave none
 * @param malformed what is wrong with the head, refused once the caller is known; null for nothing
 */
record CallHead(
    String peer,
    @Nullable String credential,
    @Nullable Duration timeout,
    @Nullable RekindleException malformed) {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<String> TIMEOUT =
      Metadata.Key.of("grpc-timeout", Metadata.ASCII_STRING_MARSHALLER);
  private static final Pattern TIMEOUT_FORM = Pattern.compile("([0-9]{1,8})([HMSmun])");

  static CallHead of(String peer, Metadata headers) {
    String timeout = headers.get(TIMEOUT);
    if (timeout == null) {
      return new CallHead(peer, credential(headers), null, null);
    }
    Matcher matcher = TIMEOUT_FORM.matcher(timeout);
    if (!matcher.matches()) {
      RekindleException malformed =
          RekindleException.invalid("grpc-timeout", "a timeout is 1 to 8 digits and one of HMSmun");
      return new CallHead(peer, credential(headers), null, malformed);
    }
    long amount = Long.parseLong(matcher.group(1));
    Duration duration =
        switch (matcher.group(2).charAt(0)) {
          case 'H' -> Duration.ofHours(amount);
          case 'M' -> Duration.ofMinutes(amount);
          case 'S' -> Duration.ofSeconds(amount);
          case 'm' -> Duration.ofMillis(amount);
          case 'u' -> Duration.ofNanos(amount * 1_000);
          default -> Duration.ofNanos(amount);
        };
    return new CallHead(peer, credential(headers), duration, null);
  }

  private static @Nullable String credential(Metadata headers) {
    Iterable<String> given = headers.getAll(AUTHORIZATION);
    if (given == null) {
      return null;
    }
    List<String> values = new ArrayList<>();
    given.forEach(values::add);
    return values.size() == 1 ? credential(values.getFirst()) : null;
  }

  /** The key of {@code Bearer <key>} or {@code ApiKey <key>}; null for any other scheme. */
  static @Nullable String credential(String authorization) {
    int space = authorization.indexOf(' ');
    if (space < 0) {
      return null;
    }
    String scheme = authorization.substring(0, space).toLowerCase(Locale.ROOT);
    String text = authorization.substring(space + 1).strip();
    return scheme.equals("bearer") || scheme.equals("apikey") ? text : null;
  }

  /** For how long the client waits for the whole call, within the door's bounds. */
  Duration patience(Duration byDefault, Duration max) {
    Duration wanted = timeout == null ? byDefault : timeout;
    return wanted.compareTo(max) > 0 ? max : wanted;
  }

  /** Without the credential. */
  @Override
  public String toString() {
    return "CallHead[" + peer + "]";
  }
}
