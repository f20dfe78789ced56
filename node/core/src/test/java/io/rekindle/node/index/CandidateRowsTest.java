package io.rekindle.node.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.access.filter.FilterParser;
import io.rekindle.node.model.Distance;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows 0 to 99; number n has the texts of {@code a}, {@code b} ... {@code j}, ten each. */
class CandidateRowsTest {
  private final NativeMemory memory = new NativeMemory(new MemoryBudget(16 << 20));
  private final SliceTables tables =
      new SliceTables(new IndexSettings(2, Distance.DOT, List.of("first")), memory);

  @BeforeEach
  void fill() {
    for (int n = 0; n < 100; n++) {
      tables.putRow(Rows.textRow(n, 1, text(n)));
    }
  }

  @AfterEach
  void free() {
    memory.close();
  }

  private static String text(int number) {
    return Character.toString('a' + number % 10);
  }

  private @Nullable BitSet find(String filter) {
    return CandidateRows.find(tables, FilterParser.parse(filter), 0);
  }

  private int found(String filter) {
    BitSet rows = find(filter);
    assertThat(rows).as(filter).isNotNull();
    return rows == null ? -1 : rows.cardinality();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "agent_id = \"agent c\" | 10",
        "agent_id = \"nobody\" | 0",
        "agent_id < \"agent c\" | 20",
        "agent_id != \"agent c\" | 90",
        "tags:\"tag d\" | 10",
        "path:\"path e\" | 10",
        "metadata.first = \"one f\" | 10",
        "metadata.first > \"one h\" | 20",
        "agent_id = \"agent c\" OR session_id = \"session d\" | 20",
        "agent_id = \"agent c\" OR session_id = \"session c\" | 10",
        "agent_id = \"agent c\" AND session_id = \"session d\" | 0",
        "agent_id >= \"agent c\" AND session_id <= \"session d\" | 20",
        "agent_id = \"agent c\" AND version > 7 | 10",
        "version > 7 AND agent_id = \"agent c\" | 10",
        "agent_id = \"agent c\" AND NOT session_id = \"session c\" | 10",
      })
  void narrowsByTheValuesOfRows(String filter, int rows) {
    assertThat(found(filter)).isEqualTo(rows);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "version = 1",
        "NOT agent_id = \"agent c\"",
        "agent_id = \"agent c\" OR version = 1",
        "metadata.first = 1",
        "metadata.first:*",
        "expires_at:*",
        "session_id:*",
        "version = 1 AND version < 3"
      })
  void whatNoSetAnswersIsLeftToTheScan(String filter) {
    assertThat(find(filter)).isNull();
  }

  @Test
  void constantsAreAllAndNone() {
    assertThat(CandidateRows.find(tables, Filter.ALL, 0)).isNull();
    assertThat(CandidateRows.find(tables, Filter.NONE, 0)).isEqualTo(new BitSet());
  }

  @Test
  void aUnionThatCostsAsMuchAsTheScanIsLeftToIt() {
    for (int n = 100; n < 1_500; n++) {
      tables.putRow(Rows.textRow(n, 1, "n" + n));
    }
    assertThat(find("agent_id > \"agent a\"")).isNull();
    assertThat(found("agent_id > \"agent a\" AND session_id = \"session c\"")).isEqualTo(10);
    assertThat(found("agent_id = \"agent n700\"")).isEqualTo(1);
  }

  @Test
  void followsARowFromValueToValueAndOut() {
    tables.putRow(Rows.textRow(2, 2, "new"));
    assertThat(found("agent_id = \"agent c\"")).isEqualTo(9);
    assertThat(found("metadata.first = \"one c\"")).isEqualTo(9);
    assertThat(find("tags:\"tag new\"")).isEqualTo(find("metadata.first = \"one new\""));
    assertThat(found("tags:\"tag new\"")).isEqualTo(1);
    tables.removeRow(Rows.id(2));
    assertThat(found("tags:\"tag new\"")).isZero();
    assertThat(found("agent_id = \"agent new\" OR agent_id = \"agent c\"")).isEqualTo(9);
  }
}
