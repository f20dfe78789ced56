package io.rekindle.node.error;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The one exception that reaches a caller: a code, a static text, and details such as the field and
 * its limit.
 *
 * <p>Immutable. Errors that are the caller's carry no stack trace: they are answers, not faults.
 */
public final class RekindleException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ErrorCode code;
  private final transient Map<String, String> details;

  /**
   * @param text a constant sentence; never built from a request
   * @param details what varies, in order; never content or secrets
   */
  public RekindleException(ErrorCode code, String text, Map<String, String> details) {
    this(code, text, details, null);
  }

  public RekindleException(
      ErrorCode code, String text, Map<String, String> details, @Nullable Throwable cause) {
    super(text, cause, false, code.blame() == ErrorCode.Blame.INTERNAL);
    this.code = code;
    this.details = new LinkedHashMap<>(details);
  }

  public RekindleException(ErrorCode code, String text) {
    this(code, text, Map.of(), null);
  }

  /** A request field that breaks a rule: {@code field} by its name in the API. */
  public static RekindleException invalid(String field, String text) {
    return new RekindleException(ErrorCode.INVALID_ARGUMENT, text, Map.of("field", field));
  }

  /** A request field over its limit; both numbers are in the unit that {@code unit} names. */
  public static RekindleException overLimit(String field, long actual, long limit, String unit) {
    Map<String, String> details = new LinkedHashMap<>();
    details.put("field", field);
    details.put("limit", Long.toString(limit));
    details.put("actual", Long.toString(actual));
    details.put("unit", unit);
    return new RekindleException(ErrorCode.LIMIT_EXCEEDED, "a field exceeds its limit", details);
  }

  public ErrorCode code() {
    return code;
  }

  /** The static text, without details. */
  public String text() {
    String message = getMessage();
    return message == null ? code.name() : message;
  }

  public Map<String, String> details() {
    return Map.copyOf(details);
  }

  /** The text followed by the details, for people. */
  public String describe() {
    if (details.isEmpty()) {
      return text();
    }
    return details.entrySet().stream()
        .map(detail -> detail.getKey() + ": " + detail.getValue())
        .collect(Collectors.joining(", ", text() + " (", ")"));
  }
}
