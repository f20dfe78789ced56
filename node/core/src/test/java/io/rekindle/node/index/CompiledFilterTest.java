package io.rekindle.node.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.access.filter.Filter.Literal;
import io.rekindle.node.access.filter.FilterParser;
import io.rekindle.node.model.Distance;
import io.rekindle.node.model.EmbeddingModelId;
import io.rekindle.node.model.EmbeddingStatus;
import io.rekindle.node.model.MemoryColumns;
import io.rekindle.node.model.Sensitivity;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Filters over codes that come back for other values while a question is answered. */
class CompiledFilterTest {
  private final NativeMemory memory = new NativeMemory(new MemoryBudget(16 << 20));
  private final SliceTables tables =
      new SliceTables(new IndexSettings(2, Distance.DOT, List.of("n")), memory);

  @AfterEach
  void free() {
    memory.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "agent_id = \"a\"",
        "agent_id < \"b\"",
        "agent_id != \"b\"",
        "NOT agent_id = \"b\"",
        "NOT agent_id > \"a\"",
        "agent_id = \"a\" AND version > 0",
        "agent_id < \"b\" OR version > 7",
        "tags:\"a\"",
        "NOT tags:\"b\"",
        "metadata.n = \"a\"",
        "metadata.n < \"b\"",
      })
  void aCodeThatCameBackForAnotherValueIsLookedUpAgain(String filter) {
    CompiledFilter compiled = new FilterCompiler(tables).compile(FilterParser.parse(filter));
    put(1, "a");
    assertThat(count(compiled)).isEqualTo(1);

    tables.removeRow(Rows.id(1));
    put(2, "b");
    assertThat(count(compiled)).isZero();

    put(3, "a");
    assertThat(count(compiled)).isEqualTo(1);
    put(2, "a");
    put(3, "b");
    put(4, "a");
    assertThat(count(compiled)).isEqualTo(2);
  }

  @Test
  void aChangeDuringTheLookUpIsLookedUpToo() {
    RowBlock block = new RowBlock(memory.allocate(16 * RowBlock.slotBytes(0)), 16, 0);
    AtomicLong changes = new AtomicLong(5);
    AtomicInteger lookedUp = new AtomicInteger();
    RowCondition condition =
        new RowCondition() {
          @Override
          public boolean test(RowBlock row, int slot) {
            return true;
          }

          @Override
          public void refresh() {
            lookedUp.incrementAndGet();
            changes.incrementAndGet();
          }
        };
    CompiledFilter filter = new CompiledFilter(condition, false, changes::get, 1);
    block.setLong(RowBlock.CHANGE, 0, 5);
    block.setLong(RowBlock.CHANGE, 1, 6);

    filter.test(block, 0);
    filter.test(block, 0);
    assertThat(lookedUp).hasValue(1);
    filter.test(block, 1);
    assertThat(lookedUp).hasValue(2);
  }

  private long count(CompiledFilter filter) {
    return new RowScan(tables, filter, null).count();
  }

  private void put(int number, String value) {
    MemoryColumns columns =
        new MemoryColumns(
            Rows.id(number),
            null,
            List.of(),
            value,
            null,
            "fact",
            List.of(value),
            Sensitivity.INTERNAL,
            0.5f,
            EmbeddingStatus.PENDING,
            EmbeddingModelId.EXTERNAL,
            Rows.START,
            Rows.START,
            null,
            1,
            1);
    tables.putRow(new IndexRow(columns, Map.of("n", new Literal.Text(value))));
  }
}
