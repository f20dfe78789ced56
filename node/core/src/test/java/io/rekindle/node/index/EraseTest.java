package io.rekindle.node.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.index.rabitq.Encoder;
import io.rekindle.node.index.scan.Quantizer;
import io.rekindle.node.model.Distance;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What is deleted is gone from memory when the call returns: the test looks. */
class EraseTest {
  private static final int DIMENSIONS = 40;

  private static SliceIndex filled() {
    SliceIndex index =
        new SliceIndex(
            new IndexSettings(DIMENSIONS, Distance.COSINE, List.of("n"), 50),
            new MemoryBudget(1 << 28));
    Random random = new Random(5);
    for (int n = 0; n < 100; n++) {
      index.putRow(Rows.row(n, 1, 1));
      index.putVector(Rows.id(n), 0, 1, Vectors.clustered(random, DIMENSIONS));
    }
    return index;
  }

  private static boolean contains(SliceIndex index, float value) {
    byte[] wanted = new byte[Float.BYTES];
    MemorySegment.ofArray(wanted).set(ValueLayout.JAVA_FLOAT_UNALIGNED, 0, value);
    return contains(index, wanted);
  }

  private static boolean contains(SliceIndex index, byte[] wanted) {
    MemorySegment needle = MemorySegment.ofArray(wanted);
    for (MemorySegment segment : index.segments()) {
      for (long at = 0; at + wanted.length <= segment.byteSize(); at++) {
        if (segment.asSlice(at, wanted.length).mismatch(needle) < 0) {
          return true;
        }
      }
    }
    return false;
  }

  private static byte[] idBytes(int number) {
    byte[] bytes = new byte[Long.BYTES];
    MemorySegment.ofArray(bytes)
        .set(ValueLayout.JAVA_LONG_UNALIGNED, 0, Rows.id(number).value().getLeastSignificantBits());
    return bytes;
  }

  /** Floats and codes that no other vector of the index has. */
  private static float[] marked() {
    float[] vector = new float[DIMENSIONS];
    for (int i = 0; i < DIMENSIONS; i++) {
      vector[i] = 1_000 + i * 1.2345f;
    }
    return vector;
  }

  private static void assertGone(SliceIndex index) {
    for (float value : marked()) {
      assertThat(contains(index, value)).isFalse();
    }
    assertThat(contains(index, codes())).isFalse();
  }

  private static byte[] codes() {
    Quantizer.Code code = new Quantizer(DIMENSIONS, Distance.COSINE).encode(marked());
    return Arrays.copyOf(Objects.requireNonNull(code).codes(), 8);
  }

  @Test
  void aRemovedRowLeavesNoByteOfItsVectorOrColumns() {
    try (SliceIndex index = filled()) {
      index.putRow(Rows.row(777, 1, 1));
      index.putVector(Rows.id(777), 0, 1, marked());
      index.putVector(Rows.id(777), 1, 1, marked());
      assertThat(contains(index, marked()[3])).isTrue();
      assertThat(contains(index, codes())).isTrue();
      assertThat(contains(index, idBytes(777))).isTrue();
      assertThat(index.removeRow(Rows.id(777))).isTrue();
      assertGone(index);
      assertThat(contains(index, idBytes(777))).isFalse();
    }
  }

  @Test
  void aRemovedOrOutdatedVectorIsGoneWhileItsRowStays() {
    try (SliceIndex index = filled()) {
      index.putVector(Rows.id(50), 1, 1, marked());
      assertThat(contains(index, marked()[3])).isTrue();
      assertThat(index.removeVector(Rows.id(50), 1)).isTrue();
      assertGone(index);
      index.putVector(Rows.id(50), 1, 1, marked());
      index.putRow(Rows.row(50, 2, 2));
      assertGone(index);
    }
  }

  @Test
  void theCodeOfWhatIsRemovedIsGoneToo() {
    try (SliceIndex index = filled()) {
      assertThat(index.buildCodes()).isTrue();
      Encoder.Code code = Objects.requireNonNull(index.codes()).encoder().encode(marked());
      byte[] bits = new byte[Long.BYTES];
      MemorySegment.ofArray(bits).set(ValueLayout.JAVA_LONG_UNALIGNED, 0, code.bits()[0]);
      index.putRow(Rows.row(777, 1, 1));
      index.putVector(Rows.id(777), 0, 1, marked());
      index.putVector(Rows.id(50), 1, 1, marked());
      assertThat(contains(index, bits)).isTrue();
      assertThat(contains(index, code.a())).isTrue();
      assertThat(contains(index, code.b())).isTrue();
      assertThat(index.removeRow(Rows.id(777))).isTrue();
      assertThat(contains(index, bits)).isTrue();
      index.putRow(Rows.row(50, 2, 2));
      assertGone(index);
      assertThat(contains(index, bits)).isFalse();
      assertThat(contains(index, code.a())).isFalse();
      assertThat(contains(index, code.b())).isFalse();
    }
  }

  @Test
  void slotsAreUsedAgain() {
    try (SliceIndex index = filled()) {
      long bytes = index.bytes();
      Random random = new Random(1);
      for (int n = 0; n < 10_000; n++) {
        index.removeRow(Rows.id(n));
        index.putRow(Rows.row(n + 100, 1, 1));
        index.putVector(Rows.id(n + 100), 0, 1, Vectors.clustered(random, DIMENSIONS));
      }
      assertThat(index.rows()).isEqualTo(100);
      assertThat(index.bytes()).isEqualTo(bytes);
    }
  }
}
