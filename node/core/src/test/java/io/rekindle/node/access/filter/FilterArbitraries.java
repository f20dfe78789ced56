package io.rekindle.node.access.filter;

import io.rekindle.node.access.filter.Filter.And;
import io.rekindle.node.access.filter.Filter.Column;
import io.rekindle.node.access.filter.Filter.Compare;
import io.rekindle.node.access.filter.Filter.Field;
import io.rekindle.node.access.filter.Filter.Has;
import io.rekindle.node.access.filter.Filter.Literal;
import io.rekindle.node.access.filter.Filter.Member;
import io.rekindle.node.access.filter.Filter.Not;
import io.rekindle.node.access.filter.Filter.Operator;
import io.rekindle.node.access.filter.Filter.Or;
import io.rekindle.node.model.EmbeddingModelId;
import io.rekindle.node.model.EmbeddingStatus;
import io.rekindle.node.model.MemoryColumns;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.Sensitivity;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;
import org.jspecify.annotations.Nullable;

/**
 * Filters and rows drawn from so few values that they often meet; texts include quotes, slashes,
 * backslashes and characters beyond the first plane. For this room's tests and those of every other
 * evaluator of the language.
 */
public final class FilterArbitraries {
  public static final List<String> TEXTS =
      List.of(
          "a",
          "b",
          "a/b",
          "a b",
          "A",
          "é",
          "\uFFFD",
          "\uD83D\uDE00",
          "\"",
          "'\\",
          "\n",
          "42",
          "true");
  public static final List<String> PATHS = List.of("kind", "order.status", "order.total", "x_1.y");
  private static final List<Double> NUMBERS =
      List.of(0.0, 1.0, -1.0, 2.5, 1e-9, 1e300, 9.007199254740992E15);
  private static final List<Float> IMPORTANCES = List.of(0f, 0.1f, 0.5f, 0.7f, 1f);
  private static final List<Long> MICROS =
      List.of(0L, 1L, 1_790_000_000_123_456L, 1_790_000_000_000_000L, -1L);
  private static final List<UUID> IDS =
      List.of(
          UUID.fromString("0197a5d0-0000-7000-8000-000000000000"),
          UUID.fromString("f197a5d0-0000-7000-8000-000000000000"),
          UUID.fromString("0197a5d0-0000-7000-8000-000000000001"));

  private FilterArbitraries() {}

  /** Trees of up to five levels, constants and single parts included. */
  public static Arbitrary<Filter> filters() {
    return filters(4);
  }

  private static Arbitrary<Filter> filters(int depth) {
    Arbitrary<Filter> leaf = Arbitraries.oneOf(compares(), has());
    if (depth == 0) {
      return leaf;
    }
    Arbitrary<Filter> below = Arbitraries.lazy(() -> filters(depth - 1));
    Arbitrary<List<Filter>> parts = below.list().ofMaxSize(3);
    return Arbitraries.frequencyOf(
        Tuple.of(3, leaf),
        Tuple.of(2, parts.map(And::new)),
        Tuple.of(2, parts.map(Or::new)),
        Tuple.of(1, below.map(Not::new)));
  }

  /** Comparisons of columns with literals of their types, and of metadata with any literal. */
  public static Arbitrary<Filter> compares() {
    Arbitrary<Field> columns =
        Arbitraries.of(Column.class)
            .filter(column -> !column.holdsLabels())
            .map(Field.OfColumn::new);
    Arbitrary<Field> metadata = Arbitraries.of(PATHS).map(Field.OfMetadata::new);
    return Arbitraries.oneOf(columns, metadata)
        .flatMap(
            field ->
                literals(field)
                    .flatMap(
                        literal ->
                            operators(literal)
                                .map(operator -> new Compare(field, operator, literal))));
  }

  private static Arbitrary<Operator> operators(Literal literal) {
    return literal instanceof Literal.Truth
        ? Arbitraries.of(Operator.EQUAL, Operator.NOT_EQUAL)
        : Arbitraries.of(Operator.class);
  }

  private static Arbitrary<Literal> literals(Field field) {
    return switch (field) {
      case Field.OfMetadata _ -> Arbitraries.oneOf(texts(), numbers(), truths());
      case Field.OfColumn(Column column) ->
          switch (column) {
            case MEMORY_ID -> Arbitraries.of(IDS).map(id -> new Literal.Text(id.toString()));
            case EMBEDDING_STATUS ->
                Arbitraries.of("pending", "embedded", "failed").map(Literal.Text::new);
            case IMPORTANCE -> Arbitraries.of(IMPORTANCES).map(Literal.Numeric::new);
            case VERSION -> numbers();
            case SENSITIVITY -> Arbitraries.of(Sensitivity.class).map(Literal.Level::of);
            case HAS_EMBEDDING -> truths();
            case CREATED_AT, UPDATED_AT, EXPIRES_AT ->
                Arbitraries.of(MICROS).map(Literal.Time::new);
            default -> texts();
          };
    };
  }

  private static Arbitrary<Literal> texts() {
    return Arbitraries.of(TEXTS).map(Literal.Text::new);
  }

  private static Arbitrary<Literal> numbers() {
    return Arbitraries.of(NUMBERS).map(Literal.Numeric::new);
  }

  private static Arbitrary<Literal> truths() {
    return Arbitraries.of(true, false).map(Literal.Truth::new);
  }

  private static Arbitrary<Filter> has() {
    Arbitrary<String> label = Arbitraries.of(TEXTS);
    Arbitrary<Filter> any =
        Arbitraries.oneOf(
                Arbitraries.of(Column.class).map(Field.OfColumn::new),
                Arbitraries.of(PATHS).map(Field.OfMetadata::new))
            .map(field -> new Has(field, new Member.Any()));
    Arbitrary<Filter> tag = label.map(text -> labels(Column.TAGS, List.of(text)));
    Arbitrary<Filter> path =
        label.list().ofMinSize(1).ofMaxSize(3).map(texts -> labels(Column.PATH, texts));
    return Arbitraries.oneOf(any, tag, path);
  }

  private static Filter labels(Column column, List<String> labels) {
    return new Has(new Field.OfColumn(column), new Member.Labels(labels));
  }

  /** A memory's columns and its metadata object as text. */
  public record Row(MemoryColumns columns, String metadataJson) {
    public FilterRow filterRow() {
      return MemoryFilterRow.of(columns, metadataJson);
    }
  }

  /** Rows that lack each optional value about half of the time. */
  public static Arbitrary<Row> rows() {
    Arbitrary<List<@Nullable String>> optionals =
        Arbitraries.of(TEXTS).injectNull(0.4).list().ofSize(3);
    Arbitrary<List<String>> labels = Arbitraries.of(TEXTS).list().ofMaxSize(3);
    Arbitrary<@Nullable Instant> expiry =
        Arbitraries.of(MICROS).map(FilterArbitraries::instant).injectNull(0.4);
    Arbitrary<MemoryColumns> columns =
        Combinators.combine(
                optionals,
                labels,
                labels,
                Arbitraries.of(Sensitivity.class),
                Arbitraries.of(IMPORTANCES),
                Arbitraries.of(EmbeddingStatus.class),
                expiry,
                Arbitraries.integers().between(0, 11))
            .as(FilterArbitraries::columns);
    return Combinators.combine(columns, metadata()).as(Row::new);
  }

  private static MemoryColumns columns(
      List<@Nullable String> optionals,
      List<String> tags,
      List<String> path,
      Sensitivity sensitivity,
      float importance,
      EmbeddingStatus status,
      @Nullable Instant expiresAt,
      int choice) {
    return new MemoryColumns(
        new MemoryId(IDS.get(choice % IDS.size())),
        optionals.get(0),
        path,
        optionals.get(1),
        optionals.get(2),
        choice % 2 == 0 ? "a" : "b",
        tags,
        sensitivity,
        importance,
        status,
        EmbeddingModelId.BGE_SMALL_EN,
        instant(MICROS.get(choice % MICROS.size())),
        instant(MICROS.get(choice % 4)),
        expiresAt,
        choice % 3,
        1);
  }

  private static Arbitrary<String> metadata() {
    Arbitrary<String> value =
        Arbitraries.of(
            "\"a\"",
            "\"b\"",
            "\"42\"",
            "42",
            "0",
            "-0.0",
            "2.5",
            "1e300",
            "true",
            "false",
            "null",
            "[1]",
            "{\"a\": 1}",
            "\"\uD83D\uDE00\"");
    return value
        .list()
        .ofSize(4)
        .map(
            v ->
                "{\"kind\": %s, \"order\": {\"status\": %s, \"total\": %s}, \"x_1\": {\"y\": %s}}"
                    .formatted(v.get(0), v.get(1), v.get(2), v.get(3)));
  }

  private static Instant instant(long micros) {
    return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
  }
}
