package io.rekindle.node.audit;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a page of {@link AuditLog#list} ended: a place in the log, stable while it grows.
 *
 * @param settled whether the record was found in block {@code block}; otherwise it was still in the
 *     tail, and is now in a block of at least this number
 */
public record AuditCursor(boolean settled, long block, long sequence) {
  private static final Pattern FORM = Pattern.compile("([bt])(\\d{1,18})-(\\d{1,18})");

  /** The form for a page token. */
  public String text() {
    return (settled ? "b" : "t") + block + "-" + sequence;
  }

  /** Reads {@link #text()}; anything else is PAGE_TOKEN_INVALID. */
  public static AuditCursor parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new RekindleException(
          ErrorCode.PAGE_TOKEN_INVALID, "the page token is not one of this list");
    }
    return new AuditCursor(
        matcher.group(1).equals("b"),
        Long.parseLong(matcher.group(2)),
        Long.parseLong(matcher.group(3)));
  }
}
