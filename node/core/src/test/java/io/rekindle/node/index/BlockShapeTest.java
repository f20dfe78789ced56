package io.rekindle.node.index;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BlockShapeTest {
  @ParameterizedTest
  @ValueSource(ints = {4, 5, 8, 12})
  void everyOrdinalHasItsOwnSlotAndBlocksAreFilledInOrder(int maxShift) {
    BlockShape shape = new BlockShape(maxShift);
    int ordinal = 0;
    for (int block = 0; ordinal < 40_000; block++) {
      assertThat(shape.capacity(block)).isBetween(16, 1 << maxShift);
      for (int slot = 0; slot < shape.capacity(block); slot++, ordinal++) {
        assertThat(shape.block(ordinal)).isEqualTo(block);
        assertThat(shape.slot(ordinal)).isEqualTo(slot);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {100, 2_000, 20_000, 10_000_000})
  void blocksStayAboutFourMebibytes(long slotBytes) {
    BlockShape shape = BlockShape.ofSlotBytes(slotBytes);
    assertThat(shape.capacity(100)).isBetween(16, 4_096);
    assertThat(shape.capacity(100) * slotBytes)
        .isLessThanOrEqualTo(Math.max(4 << 20, 16 * slotBytes));
  }
}
