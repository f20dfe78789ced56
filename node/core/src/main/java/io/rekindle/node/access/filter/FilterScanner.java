package io.rekindle.node.access.filter;

import io.rekindle.node.error.RekindleException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Walks along a filter's text. One thread, once. */
final class FilterScanner {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.-]+");
  private static final Pattern OPERATOR = Pattern.compile("!=|<=|>=|[=<>:]");
  private static final Pattern TIME =
      Pattern.compile("\\d{4}-\\d{2}-\\d{2}[Tt][0-9:.]+([Zz]|[+-]\\d{2}:\\d{2})");
  private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{M}\\p{N}_./@+-]+");

  /**
   * A value as it stands in the text.
   *
   * @param labels the text cut at the slashes that no backslash precedes; at least one
   * @param quoted a quoted value is always a text
   * @param start where it begins, for refusals
   */
  record Value(List<String> labels, boolean quoted, int start) {
    String text() {
      return String.join("/", labels);
    }
  }

  private final String field;
  private final String text;
  private int at;

  FilterScanner(String field, String text) {
    this.field = field;
    this.text = text;
  }

  int at() {
    return at;
  }

  RekindleException refuse(FilterRefusal refusal, int index) {
    return refusal.at(field, position(index));
  }

  RekindleException overLimit(int index, int limit, String unit) {
    return FilterRefusal.overLimit(field, position(index), limit, unit);
  }

  private int position(int index) {
    return text.codePointCount(0, Math.min(index, text.length())) + 1;
  }

  boolean atEnd() {
    skipSpace();
    return at == text.length();
  }

  /** Takes a symbol when it is next. */
  boolean take(char symbol) {
    if (atEnd() || text.charAt(at) != symbol) {
      return false;
    }
    at++;
    return true;
  }

  /** Takes a keyword when it is next and ends there: {@code NOTES} does not begin with NOT. */
  boolean takeKeyword(String keyword) {
    if (!keyword.equals(peek(NAME))) {
      return false;
    }
    at += keyword.length();
    return true;
  }

  /** A field's name, or the empty text when there is none. */
  String takeName() {
    return take(NAME);
  }

  String takeOperator() {
    return take(OPERATOR);
  }

  Value takeValue() {
    skipSpace();
    int start = at;
    if (at < text.length() && (text.charAt(at) == '"' || text.charAt(at) == '\'')) {
      return new Value(takeQuoted(), true, start);
    }
    String time = take(TIME);
    String word = time.isEmpty() ? take(WORD) : time;
    if (word.isEmpty() || FilterParser.RESERVED.contains(word)) {
      throw refuse(FilterRefusal.VALUE_EXPECTED, start);
    }
    return new Value(List.of(word.split("/", -1)), false, start);
  }

  private List<String> takeQuoted() {
    int start = at;
    char quote = text.charAt(at++);
    List<String> labels = new ArrayList<>();
    StringBuilder label = new StringBuilder();
    while (at < text.length()) {
      char next = text.charAt(at++);
      if (next == quote) {
        labels.add(label.toString());
        return labels;
      }
      if (next == '/') {
        labels.add(label.toString());
        label.setLength(0);
      } else {
        label.append(next == '\\' ? takeEscaped() : next);
      }
    }
    throw refuse(FilterRefusal.TEXT_NOT_CLOSED, start);
  }

  private char takeEscaped() {
    int start = at - 1;
    char escaped = at < text.length() ? text.charAt(at++) : 0;
    return switch (escaped) {
      case '\\', '"', '\'', '/' -> escaped;
      case 'n' -> '\n';
      case 't' -> '\t';
      case 'r' -> '\r';
      default -> throw refuse(FilterRefusal.UNKNOWN_ESCAPE, start);
    };
  }

  private String take(Pattern pattern) {
    String found = peek(pattern);
    at += found.length();
    return found;
  }

  private String peek(Pattern pattern) {
    skipSpace();
    Matcher matcher = pattern.matcher(text).region(at, text.length());
    return matcher.lookingAt() ? matcher.group() : "";
  }

  private void skipSpace() {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }
}
