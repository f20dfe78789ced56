package io.rekindle.node.index;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DictionaryTest {
  /** Beyond the blocks that grow, and some of those that do not. */
  private static final int VALUES = 1_500;

  private final MemoryBudget budget = new MemoryBudget(1 << 20);
  private final NativeMemory memory = new NativeMemory(budget);
  private final Dictionary<String> dictionary = new Dictionary<>(memory, String::length);

  @AfterEach
  void close() {
    memory.close();
  }

  @Test
  void everyValueHasACodeOfItsOwnThatLeadsBackToIt() {
    Set<Integer> codes = new HashSet<>();
    for (int i = 0; i < VALUES; i++) {
      codes.add(dictionary.take("value " + i));
    }
    assertThat(codes).hasSize(VALUES).doesNotContain(Dictionary.NONE);
    for (int i = 0; i < VALUES; i++) {
      assertThat(dictionary.value(dictionary.find("value " + i))).isEqualTo("value " + i);
    }
    assertThat(dictionary.codes()).isEqualTo(VALUES + 1);
    assertThat(dictionary.value(Dictionary.NONE)).isNull();
  }

  @Test
  void aCodeIsGivenAgainOnceNobodyHoldsItsValue() {
    for (int i = 0; i < VALUES; i++) {
      var _ = dictionary.take("value " + i);
    }
    long bytes = budget.bytesUsed();
    int code = dictionary.find("value 300");
    assertThat(dictionary.take("value 300")).isEqualTo(code);
    dictionary.letGo(code);
    assertThat(dictionary.value(code)).isEqualTo("value 300");
    dictionary.letGo(code);
    assertThat(dictionary.value(code)).isNull();
    assertThat(dictionary.find("value 300")).isEqualTo(Dictionary.NONE);
    assertThat(budget.bytesUsed()).isLessThan(bytes);

    assertThat(dictionary.take("another")).isEqualTo(code);
    assertThat(dictionary.value(code)).isEqualTo("another");
  }
}
