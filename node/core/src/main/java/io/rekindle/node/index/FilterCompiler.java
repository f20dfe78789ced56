package io.rekindle.node.index;

import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.access.filter.Filter.Column;
import io.rekindle.node.access.filter.Filter.Field;
import io.rekindle.node.access.filter.Filter.Literal;
import io.rekindle.node.access.filter.Filter.Member;
import io.rekindle.node.access.filter.FilterEvaluator;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.EmbeddingStatus;
import io.rekindle.node.model.Sensitivity;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

/**
 * Turns a filter into a test of columns, with the meaning that {@link FilterEvaluator} gives it:
 * each value that a term meets is shown to the evaluator, once for each of the few that a column of
 * codes or constants has.
 */
final class FilterCompiler {
  private static final RowCondition ALWAYS = (_, _) -> true;
  private static final RowCondition NEVER = (_, _) -> false;

  private final SliceTables tables;
  private final Dictionaries dictionaries;

  FilterCompiler(SliceTables tables) {
    this.tables = tables;
    this.dictionaries = tables.dictionaries();
  }

  /**
   * Compiles a filter for one question.
   *
   * @throws RekindleException {@code INVALID_ARGUMENT} when it reads a path that is not declared
   */
  CompiledFilter compile(Filter filter) {
    long knownChange = tables.changes();
    RowCondition test = test(filter);
    return new CompiledFilter(test, test == ALWAYS, tables::changes, knownChange);
  }

  private RowCondition test(Filter filter) {
    return switch (filter) {
      case Filter.And(List<Filter> parts) -> all(tests(parts));
      case Filter.Or(List<Filter> parts) -> any(tests(parts));
      case Filter.Not(Filter part) -> not(test(part));
      case Filter.Compare compare -> compare(compare);
      case Filter.Has(Field.OfColumn(Column column), Member member) -> has(column, member);
      case Filter.Has(Field.OfMetadata(String path), Member _) -> {
        int kinds = RowBlock.DECLARED_KIND + declared(path);
        yield (block, slot) -> block.getByte(kinds, slot) != Dictionaries.ABSENT;
      }
    };
  }

  private List<RowCondition> tests(List<Filter> parts) {
    List<RowCondition> tests = new ArrayList<>();
    parts.forEach(part -> tests.add(test(part)));
    return tests;
  }

  private static RowCondition all(List<RowCondition> tests) {
    if (tests.contains(NEVER)) {
      return NEVER;
    }
    RowCondition[] parts =
        tests.stream().filter(test -> test != ALWAYS).toArray(RowCondition[]::new);
    return parts.length == 0 ? ALWAYS : new Combined(parts, false);
  }

  private static RowCondition any(List<RowCondition> tests) {
    if (tests.contains(ALWAYS)) {
      return ALWAYS;
    }
    RowCondition[] parts =
        tests.stream().filter(test -> test != NEVER).toArray(RowCondition[]::new);
    return parts.length == 0 ? NEVER : new Combined(parts, true);
  }

  private static RowCondition not(RowCondition test) {
    return test == ALWAYS ? NEVER : test == NEVER ? ALWAYS : new Negated(test);
  }

  private RowCondition compare(Filter.Compare compare) {
    return switch (compare.field()) {
      case Field.OfMetadata(String path) -> declared(compare, declared(path));
      case Field.OfColumn(Column column) -> column(compare, column);
    };
  }

  private RowCondition column(Filter.Compare compare, Column column) {
    return switch (column) {
      case EXTERNAL_KEY, AGENT_ID, SESSION_ID, MEMORY_TYPE -> {
        int number = Dictionaries.columnOf(column);
        yield codes(number, new TextCondition(dictionaries.texts(number), compare));
      }
      case MEMORY_ID -> new MemoryIdCondition(compare);
      case SENSITIVITY -> constants(RowBlock.SENSITIVITY, levels(compare));
      case HAS_EMBEDDING -> constants(RowBlock.STATUS, statuses(compare, true));
      case EMBEDDING_STATUS -> constants(RowBlock.STATUS, statuses(compare, false));
      case CREATED_AT -> NumberConditions.times(RowBlock.CREATED_AT, compare);
      case UPDATED_AT -> NumberConditions.times(RowBlock.UPDATED_AT, compare);
      case EXPIRES_AT -> NumberConditions.times(RowBlock.EXPIRES_AT, compare);
      case VERSION -> NumberConditions.version(compare);
      case IMPORTANCE -> NumberConditions.importance(compare);
      case TAGS, PATH -> NEVER;
    };
  }

  private static RowCondition codes(int column, TextCondition test) {
    return new RowCondition() {
      @Override
      public boolean test(RowBlock block, int slot) {
        return test.test(block.getInt(RowBlock.FIRST_CODE + column, slot));
      }

      @Override
      public void refresh() {
        test.refresh();
      }
    };
  }

  private static RowCondition constants(int column, boolean[] passes) {
    return (block, slot) -> passes[block.getByte(column, slot)];
  }

  private static boolean[] levels(Filter.Compare compare) {
    Sensitivity[] values = Sensitivity.values();
    boolean[] passes = new boolean[values.length];
    for (int i = 0; i < passes.length; i++) {
      passes[i] = matches(compare, new Literal.Level(i));
    }
    return passes;
  }

  private static boolean[] statuses(Filter.Compare compare, boolean asTruth) {
    EmbeddingStatus[] values = EmbeddingStatus.values();
    boolean[] passes = new boolean[values.length];
    for (int i = 0; i < passes.length; i++) {
      passes[i] =
          matches(
              compare,
              asTruth
                  ? new Literal.Truth(values[i] == EmbeddingStatus.EMBEDDED)
                  : new Literal.Text(values[i].name().toLowerCase(Locale.ROOT)));
    }
    return passes;
  }

  private RowCondition declared(Filter.Compare compare, int path) {
    int kinds = RowBlock.DECLARED_KIND + path;
    int values = RowBlock.DECLARED + path;
    return switch (compare.literal()) {
      case Literal.Text _ -> new DeclaredTextCondition(path, dictionaries.declared(path), compare);
      case Literal.Numeric _ ->
          (block, slot) ->
              block.getByte(kinds, slot) == Dictionaries.NUMBER
                  && NumberConditions.matches(
                      compare, Double.longBitsToDouble(block.getLong(values, slot)));
      case Literal.Truth _ ->
          (block, slot) ->
              block.getByte(kinds, slot) == Dictionaries.TRUTH
                  && matches(compare, new Literal.Truth(block.getLong(values, slot) != 0));
      case Literal.Time _, Literal.Level _ -> NEVER;
    };
  }

  static boolean matches(Filter.Compare compare, Literal value) {
    return FilterEvaluator.matches(value, compare.operator(), compare.literal());
  }

  private RowCondition has(Column column, Member member) {
    return switch (column) {
      case TAGS, PATH -> {
        int number = Dictionaries.columnOf(column);
        yield new LabelsCondition(
            number, new CodeCondition<>(dictionaries.lists(number), labels(column, member)));
      }
      case EXTERNAL_KEY, AGENT_ID, SESSION_ID, MEMORY_TYPE -> {
        int codes = RowBlock.FIRST_CODE + Dictionaries.columnOf(column);
        yield (block, slot) -> block.getInt(codes, slot) != Dictionary.NONE;
      }
      case EXPIRES_AT ->
          (block, slot) -> block.getLong(RowBlock.EXPIRES_AT, slot) != SliceTables.NEVER;
      default -> ALWAYS;
    };
  }

  /** What labels have to be; those of a row that has none are never asked about. */
  static Predicate<List<String>> labels(Column column, Member member) {
    return switch (member) {
      case Member.Any _ -> _ -> true;
      case Member.Labels(List<String> wanted) ->
          column == Column.TAGS
              ? labels -> labels.contains(wanted.getFirst())
              : labels -> beginsWith(labels, wanted);
    };
  }

  private static boolean beginsWith(List<String> labels, List<String> wanted) {
    return labels.size() >= wanted.size() && labels.subList(0, wanted.size()).equals(wanted);
  }

  private int declared(String path) {
    int number = dictionaries.pathOf(path);
    if (number < 0) {
      throw RekindleException.invalid("filter", "a metadata path of the filter is not declared");
    }
    return number;
  }

  /** AND or OR of what is not constant. */
  private record Combined(RowCondition[] parts, boolean any) implements RowCondition {
    @Override
    public boolean test(RowBlock block, int slot) {
      for (RowCondition part : parts) {
        if (part.test(block, slot) == any) {
          return any;
        }
      }
      return !any;
    }

    @Override
    public void refresh() {
      for (RowCondition part : parts) {
        part.refresh();
      }
    }
  }

  private record Negated(RowCondition part) implements RowCondition {
    @Override
    public boolean test(RowBlock block, int slot) {
      return !part.test(block, slot);
    }

    @Override
    public void refresh() {
      part.refresh();
    }
  }

  private record LabelsCondition(int column, CodeCondition<List<String>> codes)
      implements RowCondition {
    @Override
    public boolean test(RowBlock block, int slot) {
      return codes.test(block.getInt(RowBlock.FIRST_CODE + column, slot));
    }

    @Override
    public void refresh() {
      codes.refresh();
    }
  }
}
