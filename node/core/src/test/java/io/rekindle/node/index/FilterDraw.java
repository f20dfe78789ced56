package io.rekindle.node.index;

import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.access.filter.Filter.Column;
import io.rekindle.node.access.filter.Filter.Field;
import io.rekindle.node.access.filter.Filter.Literal;
import io.rekindle.node.access.filter.Filter.Member;
import io.rekindle.node.access.filter.Filter.Operator;
import io.rekindle.node.access.filter.FilterRow;
import io.rekindle.node.access.filter.MemoryFilterRow;
import io.rekindle.node.model.EmbeddingModelId;
import io.rekindle.node.model.EmbeddingStatus;
import io.rekindle.node.model.MemoryColumns;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.Sensitivity;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Draws rows and filters from few values, so that they meet. */
record FilterDraw(Random random) {
  private static final List<String> TEXTS =
      List.of("a", "b", "ba", "\uFF5E", "\uD83D\uDE00", "pending", "embedded");
  static final List<String> PATHS = List.of("m", "m.x");

  <T> T of(List<T> values) {
    return values.get(random.nextInt(values.size()));
  }

  String text() {
    return of(TEXTS);
  }

  @Nullable String maybeText() {
    return random.nextInt(3) == 0 ? null : text();
  }

  List<String> labels() {
    return random.ints(random.nextInt(4), 0, 3).mapToObj(TEXTS::get).distinct().toList();
  }

  Instant time() {
    return Instant.ofEpochSecond(random.nextInt(4), random.nextInt(2) * 1_500L);
  }

  MemoryId memoryId(int number) {
    return random.nextBoolean() ? Rows.id(number) : Rows.id(-number - 1);
  }

  IndexRow row(int number) {
    MemoryColumns columns =
        new MemoryColumns(
            memoryId(number),
            maybeText(),
            labels(),
            maybeText(),
            maybeText(),
            text(),
            labels(),
            of(Arrays.asList(Sensitivity.values())),
            random.nextInt(3) / 2f,
            of(Arrays.asList(EmbeddingStatus.values())),
            EmbeddingModelId.EXTERNAL,
            time(),
            time(),
            random.nextBoolean() ? time() : null,
            1 + random.nextInt(3),
            1);
    Map<String, Literal> declared = new HashMap<>();
    for (String path : PATHS) {
      switch (random.nextInt(4)) {
        case 0 -> declared.put(path, new Literal.Text(text()));
        case 1 -> declared.put(path, new Literal.Numeric(number()));
        case 2 -> declared.put(path, new Literal.Truth(random.nextBoolean()));
        default -> {}
      }
    }
    return new IndexRow(columns, declared);
  }

  double number() {
    return of(List.of(-0.0, 0.0, 1.0, 2.0, -1.5));
  }

  Filter filter(int depth) {
    return switch (random.nextInt(depth == 0 ? 2 : 5)) {
      case 0 -> compare();
      case 1 -> has();
      case 2 -> new Filter.Not(filter(depth - 1));
      case 3 -> new Filter.And(filters(depth - 1));
      default -> new Filter.Or(filters(depth - 1));
    };
  }

  private List<Filter> filters(int depth) {
    return random.ints(random.nextInt(4)).mapToObj(_ -> filter(depth)).toList();
  }

  private Filter compare() {
    Operator operator = of(Arrays.asList(Operator.values()));
    if (random.nextInt(3) == 0) {
      Literal literal =
          of(
              List.of(
                  new Literal.Text(text()),
                  new Literal.Numeric(number()),
                  new Literal.Truth(random.nextBoolean())));
      return new Filter.Compare(new Field.OfMetadata(of(PATHS)), operator, literal);
    }
    Column column = of(Arrays.stream(Column.values()).filter(c -> !c.holdsLabels()).toList());
    Literal literal =
        switch (column.type()) {
          case NUMBER -> new Literal.Numeric(random.nextInt(4) / 2.0);
          case BOOLEAN -> new Literal.Truth(random.nextBoolean());
          case TIME -> new Literal.Time(random.nextInt(4) * 1_000_000L + random.nextInt(2));
          case SENSITIVITY -> new Literal.Level(random.nextInt(4));
          default ->
              new Literal.Text(
                  column == Column.MEMORY_ID && random.nextBoolean()
                      ? memoryId(random.nextInt(10)).toString()
                      : text());
        };
    return new Filter.Compare(new Field.OfColumn(column), operator, literal);
  }

  private Filter has() {
    return switch (random.nextInt(4)) {
      case 0 -> new Filter.Has(new Field.OfMetadata(of(PATHS)), new Member.Any());
      case 1 ->
          new Filter.Has(new Field.OfColumn(of(Arrays.asList(Column.values()))), new Member.Any());
      case 2 -> new Filter.Has(new Field.OfColumn(Column.TAGS), new Member.Labels(List.of(text())));
      default -> {
        List<String> labels = labels();
        yield new Filter.Has(
            new Field.OfColumn(Column.PATH),
            new Member.Labels(labels.isEmpty() ? List.of(text()) : labels));
      }
    };
  }

  /** A row as the evaluator sees it, its metadata given as values. */
  record Seen(IndexRow row, FilterRow columns) implements FilterRow {
    static Seen of(IndexRow row) {
      return new Seen(row, MemoryFilterRow.of(row.columns(), null));
    }

    @Override
    public @Nullable Literal column(Column column) {
      return columns.column(column);
    }

    @Override
    public List<String> labels(Column column) {
      return columns.labels(column);
    }

    @Override
    public @Nullable Literal metadata(String path) {
      return row.declared().get(path);
    }
  }
}
