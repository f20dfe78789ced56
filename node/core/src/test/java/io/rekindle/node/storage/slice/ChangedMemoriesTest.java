package io.rekindle.node.storage.slice;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.model.MemoryId;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ChangedMemoriesTest {
  private final ChangedMemories changed = new ChangedMemories();

  private static MemoryId id(int number) {
    return new MemoryId(new UUID(1, number));
  }

  @Test
  void whatWasAddedIsTakenOnceInItsOrder() {
    changed.add(id(2));
    changed.add(id(1));
    changed.add(id(2));

    assertThat(changed.isEmpty()).isFalse();
    assertThat(changed.take()).containsExactly(id(2), id(1));
    assertThat(changed.takeMore()).isFalse();
    assertThat(changed.isEmpty()).isTrue();
  }

  @Test
  void beyondTheBoundOnlyThatThereWereMoreIsKnown() {
    for (int n = 0; n <= ChangedMemories.MEMORIES_MAX; n++) {
      changed.add(id(n));
    }

    assertThat(changed.take()).hasSize(ChangedMemories.MEMORIES_MAX);
    assertThat(changed.isEmpty()).isFalse();
    assertThat(changed.takeMore()).isTrue();
    assertThat(changed.takeMore()).isFalse();
    assertThat(changed.isEmpty()).isTrue();
    changed.add(id(7));
    assertThat(changed.take()).as("there is room again").containsExactly(id(7));
  }

  @Test
  void anUnknownChangeIsOneOfMore() {
    changed.addUnknown();

    assertThat(changed.isEmpty()).isFalse();
    assertThat(changed.takeMore()).isTrue();
  }
}
