package io.rekindle.node.index;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
  @CsvSource({"4, 4", "8, 9", "12, 15", "10, 12"})
  void ofManyTheBlocksAreLarger(int maxShift, int manyShift) {
    BlockShape shape = new BlockShape(maxShift, manyShift);
    int ordinal = 0;
    for (int block = 0; ordinal < BlockShape.MANY + 100_000; block++) {
      assertThat(shape.capacity(block))
          .isLessThanOrEqualTo(1 << (ordinal < BlockShape.MANY ? maxShift : manyShift));
      assertThat(shape.block(ordinal)).isEqualTo(block);
      assertThat(shape.slot(ordinal)).isZero();
      int last = shape.capacity(block) - 1;
      assertThat(shape.block(ordinal + last)).isEqualTo(block);
      assertThat(shape.slot(ordinal + last)).isEqualTo(last);
      ordinal += shape.capacity(block);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {100, 2_000, 20_000, 10_000_000})
  void blocksStayAboutFourMebibytes(long slotBytes) {
    BlockShape shape = BlockShape.ofSlotBytes(slotBytes);
    assertThat(shape.capacity(20)).isBetween(16, 4_096);
    assertThat(shape.capacity(20) * slotBytes)
        .isLessThanOrEqualTo(Math.max(4 << 20, 16 * slotBytes));
    int many = shape.capacity(1 << 20);
    assertThat(many).isBetween(16, 32_768);
    assertThat(many * slotBytes).isLessThanOrEqualTo(Math.max(16 << 20, 16 * slotBytes));
  }
}
