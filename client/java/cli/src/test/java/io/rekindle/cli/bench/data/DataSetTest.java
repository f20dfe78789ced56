package io.rekindle.cli.bench.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rekindle.v1.Memory;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DataSetTest {
  private static final String SEGMENT = "[a-z0-9][a-z0-9_-]{0,62}";

  @Test
  void isNamedByAllThatDecidesItsContent() {
    Set<String> names = new HashSet<>();
    names.add(set(1_000, 1, 8, 0.6, 7).name());
    names.add(set(1_001, 1, 8, 0.6, 7).name());
    names.add(set(1_000, 2, 8, 0.6, 7).name());
    names.add(set(1_000, 1, 9, 0.6, 7).name());
    names.add(set(1_000, 1, 8, 0.601, 7).name());
    names.add(set(1_000, 1, 8, 0.6, 8).name());

    assertThat(names).hasSize(6).contains("bench/v1-m1000-n1-d8-c200-s600-seed7");
    assertThat(set(1_000, 1, 8, 0.6, 7).name()).isEqualTo(set(1_000, 1, 8, 0.6, 7).name());
  }

  @Test
  void hasANameThatANamespaceMayHaveAtItsLimits() {
    DataSet largest = set(10_000_000, 100_000, 4_096, 10, 999_999_999);

    assertThat(largest.name()).matches("bench/" + SEGMENT);
    assertThat(largest.namespace(99_999)).isEqualTo(largest.name() + "/99999");
    assertThat(set(10, 1, 8, 0.6, 7).namespace(0)).isEqualTo(set(10, 1, 8, 0.6, 7).name());
  }

  @Test
  void spreadsItsMemoriesEvenlyInRuns() {
    DataSet data = set(10, 3, 8, 0.6, 7);

    for (int ordinal = 0; ordinal < 3; ordinal++) {
      int size = data.first(ordinal + 1) - data.first(ordinal);
      assertThat(size).isBetween(3, 4);
      for (int n = data.first(ordinal); n < data.first(ordinal + 1); n++) {
        assertThat(data.ordinal(n)).isEqualTo(ordinal);
      }
    }
    assertThat(data.first(0)).isZero();
    assertThat(data.first(3)).isEqualTo(10);
  }

  @Test
  void makesTheSameMemoryOfANumberAgain() {
    DataSet data = set(100, 1, 8, 0.6, 7);

    assertThat(data.memory(42)).isEqualTo(set(100, 1, 8, 0.6, 7).memory(42));
    assertThat(data.memory(42).getVectorList()).isNotEqualTo(data.memory(43).getVectorList());
    assertThat(data.source().query(42)).isNotEqualTo(data.source().memory(42));
  }

  @Test
  void keepsWhatItsNumbersMeantForFoldersThatWereMadeBefore() {
    Memory memory = set(100, 1, 2, 0.6, 7).memory(3);

    String reason = "another memory needs another number of the format in the name";
    assertThat(memory.getVectorList()).as(reason).containsExactly(0.5594358f, -0.8288737f);
    assertThat(memory.getImportance()).as(reason).isEqualTo(0.8436764f);
    assertThat(memory.getContent())
        .as(reason)
        .isEqualTo(
            "email street road house shipping project change charge transfer april meeting bank"
                + " name798");
    assertThat(memory.getMemoryId()).isEqualTo("01900000-0000-7000-8000-000000000003");
  }

  @Test
  void findsTheNumberOfAnId() {
    assertThat(DataSet.number(DataSet.id(0))).isZero();
    assertThat(DataSet.number(DataSet.id(9_999_999))).isEqualTo(9_999_999);
    assertThat(DataSet.number("0190a0b0-0000-7000-8000-000000000001")).isEqualTo(-1);
    assertThat(DataSet.id(1)).hasSize(36);
  }

  @Test
  void refusesWhatThereIsNot() {
    assertThatThrownBy(() -> set(3, 4, 8, 0.6, 7)).hasMessageContaining("over 4 namespaces");
    assertThatThrownBy(() -> set(3, 0, 8, 0.6, 7)).hasMessageContaining("over 0 namespaces");
  }

  private static DataSet set(
      int memories, int namespaces, int dimensions, double spread, long seed) {
    return new DataSet(new GeneratedVectors(dimensions, spread, seed), memories, namespaces);
  }
}
