package io.rekindle.node.access.filter;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Why a filter's text was refused. None of them repeats the text: positions lead to it. */
enum FilterRefusal {
  FIELD_EXPECTED("a field, NOT or a parenthesis is expected here"),
  UNKNOWN_FIELD("this field is not known; metadata begins with metadata."),
  METADATA_PATH("a metadata path is up to 8 names such as metadata.order.status"),
  OPERATOR_EXPECTED("one of = != < <= > >= : is expected here"),
  OPERATOR_NOT_ALLOWED("this operator is not for this field"),
  USE_HAS("tags and path take the operator : as in tags:\"vip\""),
  VALUE_EXPECTED("a value is expected here; quote what is not a plain word"),
  TEXT_NOT_CLOSED("a quoted text has no end"),
  UNKNOWN_ESCAPE("a backslash stands before one of \\ \" ' / n t r"),
  EMPTY_LABEL("a tag or label must not be empty"),
  NUMBER_EXPECTED("this field needs a finite number"),
  TRUTH_EXPECTED("this field needs true or false"),
  TIME_EXPECTED("this field needs a time such as 2026-01-31T12:00:00Z"),
  SENSITIVITY_EXPECTED("sensitivity is public, internal, confidential or restricted"),
  STATUS_EXPECTED("embedding_status is pending, embedded or failed"),
  UUID_EXPECTED("memory_id needs a UUID of 36 characters"),
  AND_WITH_OR("AND beside OR needs parentheses"),
  NOT_CLOSED("a parenthesis has no end"),
  END_EXPECTED("AND, OR or the end is expected here");

  private final String text;

  FilterRefusal(String text) {
    this.text = text;
  }

  /**
   * @param field the request's field that the text came in
   * @param position in characters, the first is 1
   */
  RekindleException at(String field, int position) {
    Map<String, String> details = new LinkedHashMap<>();
    details.put("field", field);
    details.put("position", Integer.toString(position));
    details.put("reason", name().toLowerCase(Locale.ROOT));
    return new RekindleException(ErrorCode.INVALID_ARGUMENT, text, details);
  }

  /** A filter that is too deep or has too many terms. */
  static RekindleException overLimit(String field, int position, int limit, String unit) {
    Map<String, String> details = new LinkedHashMap<>();
    details.put("field", field);
    details.put("position", Integer.toString(position));
    details.put("limit", Integer.toString(limit));
    details.put("unit", unit);
    return new RekindleException(ErrorCode.LIMIT_EXCEEDED, "a filter exceeds its limit", details);
  }
}
