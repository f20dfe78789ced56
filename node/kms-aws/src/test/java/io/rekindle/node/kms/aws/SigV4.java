package io.rekindle.node.kms.aws;

import com.sun.net.httpserver.HttpExchange;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * AWS Signature Version 4, as a server checks it. Source: AWS's reference of signed requests.
 *
 * @param scope {@code DATE/REGION/SERVICE/aws4_request}
 */
record SigV4(String accessKeyId, String scope, List<String> signedHeaders, String signature) {
  private static final String ALGORITHM = "AWS4-HMAC-SHA256";
  private static final Pattern HEADER =
      Pattern.compile(
          ALGORITHM
              + " Credential=([^/]+)/([^,]+), SignedHeaders=([^,]+), Signature=([0-9a-f]{64})");
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
  private static final Duration SKEW_MAX = Duration.ofMinutes(5);

  /** That of a request; null when it has none. */
  static @Nullable SigV4 of(HttpExchange exchange) {
    Matcher header = HEADER.matcher(header(exchange, "Authorization"));
    return header.matches()
        ? new SigV4(
            header.group(1),
            header.group(2),
            List.of(header.group(3).split(";", -1)),
            header.group(4))
        : null;
  }

  /** What AWS says of the time in it; null when that is right. */
  static @Nullable String complaintOfTime(HttpExchange exchange, Instant now) {
    String given = header(exchange, "X-Amz-Date");
    Instant signed = Instant.from(TIME.parse(given));
    if (signed.isBefore(now.minus(SKEW_MAX))) {
      return "Signature expired: "
          + given
          + " is now earlier than "
          + TIME.format(now.minus(SKEW_MAX))
          + " ("
          + TIME.format(now)
          + " - 5 min.)";
    }
    return signed.isAfter(now.plus(SKEW_MAX))
        ? "Signature not yet current: " + given + " is still later than " + TIME.format(now)
        : null;
  }

  /** Whether it is of this secret, for this request. */
  boolean isBy(String secret, HttpExchange exchange, byte[] body) {
    try {
      String canonical = canonical(exchange, body);
      String toSign =
          String.join(
              "\n",
              ALGORITHM,
              header(exchange, "X-Amz-Date"),
              scope,
              hex(sha256(canonical.getBytes(StandardCharsets.UTF_8))));
      byte[] key = ("AWS4" + secret).getBytes(StandardCharsets.UTF_8);
      for (String part : scope.split("/", -1)) {
        key = hmac(key, part);
      }
      return hex(hmac(key, toSign)).equals(signature);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has HMAC", e);
    }
  }

  /** As its error text repeats it: with the session's token in it. */
  String canonical(HttpExchange exchange, byte[] body) throws GeneralSecurityException {
    StringBuilder text = new StringBuilder();
    text.append(exchange.getRequestMethod()).append('\n');
    text.append(exchange.getRequestURI().getRawPath()).append("\n\n");
    for (String name : signedHeaders) {
      text.append(name).append(':').append(header(exchange, name).strip()).append('\n');
    }
    return text.append('\n')
        .append(String.join(";", signedHeaders))
        .append('\n')
        .append(hex(sha256(body)))
        .toString();
  }

  boolean covers(String header) {
    return signedHeaders.contains(header.toLowerCase(Locale.ROOT));
  }

  private static String header(HttpExchange exchange, String name) {
    String value = exchange.getRequestHeaders().getFirst(name);
    return value == null ? "" : value;
  }

  private static byte[] sha256(byte[] bytes) throws GeneralSecurityException {
    return MessageDigest.getInstance("SHA-256").digest(bytes);
  }

  private static byte[] hmac(byte[] key, String text) throws GeneralSecurityException {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }
}
