package io.rekindle.node.access.filter;

import io.rekindle.node.access.filter.Filter.Column;
import io.rekindle.node.access.filter.Filter.Field;
import io.rekindle.node.access.filter.Filter.Literal;
import io.rekindle.node.model.EmbeddingStatus;
import io.rekindle.node.model.Sensitivity;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** A value of the text to the literal that its field compares with. */
final class FilterLiterals {
  private static final Pattern NUMBER =
      Pattern.compile("[+-]?[0-9]+(\\.[0-9]+)?([eE][+-]?[0-9]{1,4})?");
  private static final Pattern TIME =
      Pattern.compile(
          "\\d{4}-\\d{2}-\\d{2}[Tt]\\d{2}:\\d{2}:\\d{2}(\\.\\d{1,9})?([Zz]|[+-]\\d{2}:\\d{2})");

  /** The names of the levels, by their ordinals. */
  static final List<String> SENSITIVITIES = lowerCase(Sensitivity.values());

  private static final List<String> STATUSES = lowerCase(EmbeddingStatus.values());

  private FilterLiterals() {}

  static Literal read(FilterScanner scanner, Field field, FilterScanner.Value value) {
    return switch (field) {
      case Field.OfMetadata _ -> json(scanner, value);
      case Field.OfColumn(Column column) -> ofColumn(scanner, column, value);
    };
  }

  private static Literal json(FilterScanner scanner, FilterScanner.Value value) {
    String text = value.text();
    if (value.quoted()) {
      return new Literal.Text(text);
    }
    if (text.equals("true") || text.equals("false")) {
      return new Literal.Truth(text.equals("true"));
    }
    return NUMBER.matcher(text).matches() ? number(scanner, value) : new Literal.Text(text);
  }

  private static Literal ofColumn(FilterScanner scanner, Column column, FilterScanner.Value value) {
    return switch (column.type()) {
      case TEXT -> text(scanner, column, value);
      case NUMBER -> column == Column.IMPORTANCE ? single(scanner, value) : number(scanner, value);
      case BOOLEAN -> truth(scanner, value);
      case TIME -> time(scanner, value);
      case SENSITIVITY -> level(scanner, value);
      case TEXT_SET, TEXT_LIST -> throw scanner.refuse(FilterRefusal.USE_HAS, value.start());
    };
  }

  private static Literal text(FilterScanner scanner, Column column, FilterScanner.Value value) {
    String text = value.text();
    if (column == Column.MEMORY_ID) {
      return new Literal.Text(uuid(scanner, value));
    }
    if (column == Column.EMBEDDING_STATUS && !STATUSES.contains(text)) {
      throw scanner.refuse(FilterRefusal.STATUS_EXPECTED, value.start());
    }
    return new Literal.Text(text);
  }

  private static String uuid(FilterScanner scanner, FilterScanner.Value value) {
    String text = value.text().toLowerCase(Locale.ROOT);
    try {
      if (UUID.fromString(text).toString().equals(text)) {
        return text;
      }
    } catch (IllegalArgumentException e) {
      // Falls through to the one refusal.
    }
    throw scanner.refuse(FilterRefusal.UUID_EXPECTED, value.start());
  }

  private static Literal.Numeric number(FilterScanner scanner, FilterScanner.Value value) {
    if (!value.quoted() && NUMBER.matcher(value.text()).matches()) {
      double number = Double.parseDouble(value.text());
      if (Double.isFinite(number)) {
        return new Literal.Numeric(number + 0.0); // turns -0 into 0
      }
    }
    throw scanner.refuse(FilterRefusal.NUMBER_EXPECTED, value.start());
  }

  /** Importance is stored in single precision: 0.7 must mean the stored 0.7. */
  private static Literal single(FilterScanner scanner, FilterScanner.Value value) {
    float number = (float) number(scanner, value).value();
    if (!Float.isFinite(number)) {
      throw scanner.refuse(FilterRefusal.NUMBER_EXPECTED, value.start());
    }
    return new Literal.Numeric(number);
  }

  private static Literal truth(FilterScanner scanner, FilterScanner.Value value) {
    String text = value.text();
    if (value.quoted() || !(text.equals("true") || text.equals("false"))) {
      throw scanner.refuse(FilterRefusal.TRUTH_EXPECTED, value.start());
    }
    return new Literal.Truth(text.equals("true"));
  }

  /** RFC 3339; what is finer than microseconds, the precision of storage, is cut off. */
  private static Literal time(FilterScanner scanner, FilterScanner.Value value) {
    if (TIME.matcher(value.text()).matches()) {
      try {
        OffsetDateTime time = OffsetDateTime.parse(value.text().toUpperCase(Locale.ROOT));
        return new Literal.Time(micros(time.toInstant()));
      } catch (DateTimeException e) {
        // There is no such day or hour: falls through to the one refusal.
      }
    }
    throw scanner.refuse(FilterRefusal.TIME_EXPECTED, value.start());
  }

  private static Literal level(FilterScanner scanner, FilterScanner.Value value) {
    int ordinal = SENSITIVITIES.indexOf(value.text());
    if (ordinal < 0) {
      throw scanner.refuse(FilterRefusal.SENSITIVITY_EXPECTED, value.start());
    }
    return new Literal.Level(ordinal);
  }

  /** Microseconds since the epoch, rounded down. */
  static long micros(Instant time) {
    return Math.addExact(
        Math.multiplyExact(time.getEpochSecond(), TimeUnit.SECONDS.toMicros(1)),
        time.getNano() / 1_000);
  }

  private static List<String> lowerCase(Enum<?>[] values) {
    return Arrays.stream(values).map(value -> value.name().toLowerCase(Locale.ROOT)).toList();
  }
}
