package io.rekindle.node.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PagesTest {
  @ParameterizedTest
  @ValueSource(longs = {1, 4_096, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 5 << 20})
  void aBlockIsOfZerosUntilItsArenaIsClosed(long size) {
    MemorySegment first;
    for (int round = 0; round < 3; round++) {
      try (Arena arena = Arena.ofShared()) {
        first = Objects.requireNonNull(Pages.allocate(size, arena));
        MemorySegment second = Objects.requireNonNull(Pages.allocate(size, arena));
        assertThat(first.byteSize()).isEqualTo(size);
        for (MemorySegment block : new MemorySegment[] {first, second}) {
          assertThat(block.mismatch(MemorySegment.ofArray(new byte[(int) size]))).isEqualTo(-1);
          block.fill((byte) 7);
        }
        second.fill((byte) 9);
        assertThat(first.get(ValueLayout.JAVA_BYTE, size - 1)).isEqualTo((byte) 7);
      }
      MemorySegment closed = first;
      assertThatThrownBy(() -> closed.get(ValueLayout.JAVA_BYTE, 0))
          .isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void whatTheMachineDoesNotHaveIsNull() {
    try (Arena arena = Arena.ofShared()) {
      assertThat(Pages.allocate(1L << 60, arena)).isNull();
    }
  }
}
