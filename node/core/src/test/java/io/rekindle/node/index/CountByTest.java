package io.rekindle.node.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.access.filter.Filter.Column;
import io.rekindle.node.access.filter.Filter.Field;
import io.rekindle.node.access.filter.FilterParser;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.Distance;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CountByTest {
  private static final Field AGENT = new Field.OfColumn(Column.AGENT_ID);

  private final MemoryBudget budget = new MemoryBudget(1 << 26);
  private final SliceIndex index =
      new SliceIndex(new IndexSettings(2, Distance.DOT, List.of("n", "first")), budget);

  @AfterEach
  void close() {
    index.close();
    assertThat(budget.bytesUsed()).isZero();
  }

  private void put(int from, int to, String agent) {
    for (int n = from; n < to; n++) {
      index.putRow(Rows.row(n, 1, 1, agent));
    }
  }

  @Test
  void mostRowsComeFirstAndEqualOnesByTheirValue() {
    put(0, 3, "c");
    put(3, 8, "\uFF5E");
    put(8, 13, "\uD83D\uDE00");
    put(13, 18, "a");
    put(18, 20, "z");
    List<ValueCount> all =
        List.of(
            new ValueCount("a", 5),
            new ValueCount("\uFF5E", 5),
            new ValueCount("\uD83D\uDE00", 5),
            new ValueCount("c", 3),
            new ValueCount("z", 2));
    assertThat(index.countBy(AGENT, Filter.ALL, 1_000)).isEqualTo(all);
    for (int limit = 1; limit <= 5; limit++) {
      assertThat(index.countBy(AGENT, Filter.ALL, limit)).isEqualTo(all.subList(0, limit));
    }
  }

  @Test
  void countsWhatPassesTheFilterOnly() {
    put(0, 30, "a");
    put(30, 40, "b");
    Filter filter = FilterParser.parse("metadata.n >= 28 AND tags:\"n1\"");
    assertThat(index.countBy(AGENT, filter, 10))
        .containsExactly(new ValueCount("b", 3), new ValueCount("a", 1));
    assertThat(index.countBy(AGENT, FilterParser.parse("agent_id = \"b\""), 10))
        .containsExactly(new ValueCount("b", 10));
    assertThat(index.countBy(AGENT, Filter.NONE, 10)).isEmpty();
  }

  @Test
  void rowsWithoutATextAreNotCounted() {
    put(0, 3, "a");
    assertThat(index.countBy(new Field.OfColumn(Column.SESSION_ID), Filter.ALL, 10)).isEmpty();
    // Numbers are no texts, though they are kept in the same place.
    assertThat(index.countBy(new Field.OfMetadata("n"), Filter.ALL, 10)).isEmpty();
    index.putRow(Rows.textRow(9, 1, "x"));
    assertThat(index.countBy(new Field.OfMetadata("first"), Filter.ALL, 10))
        .containsExactly(new ValueCount("one x", 1));
  }

  @Test
  void manyValuesAreCounted() {
    for (int n = 0; n < 3_000; n++) {
      index.putRow(Rows.row(n, 1, 1, "agent" + Math.max(n, 10)));
    }
    List<ValueCount> counts = index.countBy(AGENT, Filter.ALL, 1_000);
    assertThat(counts).hasSize(1_000);
    assertThat(counts.getFirst()).isEqualTo(new ValueCount("agent10", 11));
    assertThat(counts.get(1)).isEqualTo(new ValueCount("agent100", 1));
  }

  @ParameterizedTest
  @EnumSource(
      names = {"EXTERNAL_KEY", "AGENT_ID", "SESSION_ID", "MEMORY_TYPE"},
      mode = EnumSource.Mode.EXCLUDE)
  void otherColumnsAreRefused(Column column) {
    assertRefused(new Field.OfColumn(column));
  }

  @Test
  void whatIsNotDeclaredOrOutOfBoundsIsRefused() {
    assertRefused(new Field.OfMetadata("undeclared"));
    for (int limit : new int[] {0, 1_001}) {
      assertThatThrownBy(() -> index.countBy(AGENT, Filter.ALL, limit))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  private void assertRefused(Field field) {
    assertThatThrownBy(() -> index.countBy(field, Filter.ALL, 10))
        .isInstanceOfSatisfying(
            RekindleException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT));
  }

  @Test
  void aCodeThatCameBackCountsForItsNewValue() {
    NativeMemory memory = new NativeMemory(budget);
    SliceTables tables = new SliceTables(new IndexSettings(2, Distance.DOT, List.of()), memory);
    TextColumn column = Objects.requireNonNull(TextColumn.of(tables.dictionaries(), AGENT));
    ValueCounts counts = new ValueCounts(column);
    tables.putRow(Rows.row(0, 1, 1, "a"));
    int code = column.code(tables.rows().of(0), 0);
    count(counts, tables, 0);
    tables.putRow(Rows.row(0, 2, 1, "b"));
    tables.putRow(Rows.row(1, 1, 1, "c"));
    assertThat(column.code(tables.rows().of(1), 1)).isEqualTo(code);
    count(counts, tables, 1);
    count(counts, tables, 1);
    tables.putRow(Rows.row(1, 2, 1, "a"));
    count(counts, tables, 1);
    assertThat(counts.most(10)).containsExactly(new ValueCount("a", 2), new ValueCount("c", 2));
    memory.close();
  }

  private static void count(ValueCounts counts, SliceTables tables, int row) {
    counts.look(tables.rows().of(row), tables.rows().slot(row));
    counts.count();
  }

  /** Every row has the name of its turn; codes of names that left are used again all the time. */
  @Test
  void noRowIsCountedTwiceOrUnderANameThatItNeverHad() throws Exception {
    put(0, 100, "turn2");
    try (ExecutorService threads = Executors.newSingleThreadExecutor()) {
      Future<?> writer =
          threads.submit(
              () -> {
                for (int turn = 3; turn < 2_000; turn++) {
                  for (int n = 0; n < 100; n++) {
                    String agent = "turn" + turn + (n < 50 ? "low" : "high");
                    index.putRow(Rows.row(n, turn, 1, agent));
                  }
                }
              });
      Filter low = FilterParser.parse("metadata.n < 50");
      do {
        List<ValueCount> counts = index.countBy(AGENT, low, 1_000);
        assertThat(counts).noneMatch(count -> count.value().endsWith("high"));
        assertThat(counts).extracting(ValueCount::value).doesNotHaveDuplicates();
        assertThat(counts.stream().mapToLong(ValueCount::rows).sum()).isEqualTo(50);
      } while (!writer.isDone());
      writer.get();
    }
  }
}
