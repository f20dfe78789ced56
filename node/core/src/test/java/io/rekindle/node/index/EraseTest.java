package io.rekindle.node.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.index.rabitq.Encoder;
import io.rekindle.node.index.scan.Quantizer;
import io.rekindle.node.model.Distance;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.BitSet;
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

  static boolean contains(SliceIndex index, byte[] wanted) {
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

  private static int count(SliceIndex index, byte[] wanted) {
    MemorySegment needle = MemorySegment.ofArray(wanted);
    int found = 0;
    for (MemorySegment segment : index.segments()) {
      for (long at = 0; at + wanted.length <= segment.byteSize(); at += Long.BYTES) {
        found += segment.asSlice(at, wanted.length).mismatch(needle) < 0 ? 1 : 0;
      }
    }
    return found;
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

  /** Their memory is freed later, and until then what changes or is removed leaves it at once. */
  @Test
  void aFloatThatWasWithdrawnIsGoneWithItsVectorAndAllOfThemWhenTheyAreFreed() {
    IndexSettings settings =
        new IndexSettings(
            DIMENSIONS, Distance.COSINE, List.of("n"), 1_000, 1_000, IndexSettings.GATHER_MAX, 10);
    try (SliceIndex index =
        new SliceIndex(settings, new MemoryBudget(1 << 26), (_, _, _) -> marked())) {
      for (int n = 0; n < 10; n++) {
        index.putRow(Rows.row(n, 1, 1));
        index.putVector(Rows.id(n), 0, 1, n < 8 ? marked() : plain(n));
      }
      index.putRow(Rows.row(10, 1, 1));
      index.putVector(Rows.id(10), 0, 1, plain(10));
      assertThat(index.hasFloatsToFree()).isTrue();
      assertThat(contains(index, plain(10)[3])).as("of one that came later").isFalse();

      for (int n = 0; n < 8; n++) {
        assertThat(contains(index, marked()[3])).isTrue();
        switch (n % 4) {
          case 0 -> index.removeRow(Rows.id(n));
          case 1 -> index.removeVector(Rows.id(n), 0);
          case 2 -> index.putRow(Rows.row(n, 2, 2));
          default -> index.putVector(Rows.id(n), 0, 2, plain(n));
        }
      }
      for (float value : marked()) {
        assertThat(contains(index, value)).isFalse();
      }
      assertThat(contains(index, plain(9)[3])).as("of one that stays").isTrue();
      List<MemorySegment> segments = index.segments();
      index.freeFloats();
      assertThat(contains(index, plain(9)[3])).isFalse();
      assertThat(segments).anyMatch(segment -> !segment.scope().isAlive());
    }
  }

  private static float[] plain(int number) {
    float[] vector = new float[DIMENSIONS];
    for (int i = 0; i < DIMENSIONS; i++) {
      vector[i] = number + i * 0.7654f;
    }
    return vector;
  }

  private static FlatCodes flat(SliceIndex index) {
    return (FlatCodes) Objects.requireNonNull(index.codes());
  }

  @Test
  void theCodeOfWhatIsRemovedIsGoneToo() {
    try (SliceIndex index = filled()) {
      assertThat(index.buildCodes()).isTrue();
      Encoder.Code code = flat(index).encoder().encode(marked());
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
  void theCodesOfWhatIsRemovedOrChangedAreGoneFromItsLists() {
    IndexSettings settings = new IndexSettings(DIMENSIONS, Distance.COSINE, List.of(), 100, 100);
    try (SliceIndex index = new SliceIndex(settings, new MemoryBudget(1 << 26))) {
      for (int n = 100; n < 300; n++) {
        index.putRow(Rows.row(n, 1, 1));
        index.putVector(Rows.id(n), 0, 1, Vectors.clustered(new Random(n), DIMENSIONS));
      }
      assertThat(index.buildCodes()).isTrue();
      ListCodes lists = (ListCodes) Objects.requireNonNull(index.codes());
      ListCodes.Codes codes = lists.encode(marked());
      index.putRow(Rows.row(777, 1, 1));
      index.putVector(Rows.id(777), 0, 1, marked());
      assertThat(contains(index, codes.first().b())).isTrue();
      assertThat(contains(index, codes.second().b())).isTrue();
      for (int n = 300; n < 600; n++) {
        index.putRow(Rows.row(n, 1, 1)); // Lists grow: what they were is overwritten.
        index.putVector(Rows.id(n), 0, 1, Vectors.clustered(new Random(n), DIMENSIONS));
      }
      index.putRow(Rows.row(777, 2, 2));
      index.putVector(Rows.id(777), 0, 2, Vectors.clustered(new Random(1), DIMENSIONS));
      assertThat(contains(index, codes.first().b())).isFalse();
      assertThat(contains(index, codes.second().b())).isFalse();
      index.putRow(Rows.row(778, 1, 1));
      index.putVector(Rows.id(778), 0, 1, marked());
      assertThat(contains(index, codes.second().b())).isTrue();
      index.putVector(Rows.id(778), 0, 1, Vectors.clustered(new Random(2), DIMENSIONS));
      assertThat(contains(index, codes.first().b())).as("of the vector before").isFalse();
      assertThat(contains(index, codes.second().b())).isFalse();
      index.putVector(Rows.id(778), 0, 1, marked());
      assertThat(contains(index, codes.second().b())).isTrue();
      index.removeRow(Rows.id(778));
      assertThat(contains(index, codes.first().b())).isFalse();
      assertThat(contains(index, codes.second().b())).isFalse();
    }
  }

  @Test
  void theCodeOfWhatIsRemovedWhileCodesAreMadeIsGoneFromBothBooks() {
    try (SliceIndex index = filled()) {
      index.putRow(Rows.row(777, 1, 1));
      index.putVector(Rows.id(777), 0, 1, marked());
      for (int n = 100; n < 400; n++) {
        index.putRow(Rows.row(n, 1, 1));
        index.putVector(Rows.id(n), 0, 1, Vectors.clustered(new Random(n), DIMENSIONS));
      }
      assertThat(index.buildCodes()).isTrue();
      Encoder.Code code = flat(index).encoder().encode(marked());
      byte[] bits = new byte[Long.BYTES];
      MemorySegment.ofArray(bits).set(ValueLayout.JAVA_LONG_UNALIGNED, 0, code.bits()[0]);
      boolean[] inBoth = {false};
      assertThat(
              index.buildCodes(
                  () -> {
                    if (!inBoth[0] && count(index, bits) == 2) {
                      inBoth[0] = true;
                      index.removeRow(Rows.id(777));
                      assertThat(contains(index, bits)).isFalse();
                    }
                    return false;
                  }))
          .isTrue();
      assertThat(inBoth[0]).isTrue();
      assertThat(contains(index, bits)).isFalse();
    }
  }

  @Test
  void whatChangesBetweenItsEncodingAndTheWritingKeepsItsOwnCode() {
    try (SliceIndex index = filled()) {
      float[] first = Vectors.clustered(new Random(5), DIMENSIONS);
      int asked = index.vectors();
      int[] calls = {0};
      assertThat(
              index.buildCodes(
                  () -> {
                    calls[0]++;
                    if (calls[0] == asked + 1) {
                      index.putRow(Rows.row(0, 2, 2));
                      index.putVector(Rows.id(0), 0, 2, marked());
                      index.removeRow(Rows.id(1));
                    }
                    return false;
                  }))
          .isTrue();
      assertThat(calls[0]).isGreaterThan(asked);
      Encoder encoder = flat(index).encoder();
      assertThat(contains(index, encoder.encode(marked()).b())).isTrue();
      assertThat(contains(index, encoder.encode(first).b())).isFalse();
    }
  }

  /** Texts count in the budget: that nothing is left of them is seen there. */
  @Test
  void nothingIsLeftOfTheTextsOfARowThatIsRemovedOrChanged() {
    IndexSettings settings =
        new IndexSettings(DIMENSIONS, Distance.COSINE, List.of("first", "second"));
    try (SliceIndex index = new SliceIndex(settings, new MemoryBudget(1 << 28))) {
      index.putRow(Rows.textRow(0, 1, "of no other row"));
      index.removeRow(Rows.id(0));
      long empty = index.bytes();
      index.putRow(Rows.textRow(1, 1, "short"));
      long one = index.bytes();
      assertThat(one).isGreaterThan(empty);
      index.putRow(Rows.textRow(1, 2, "other"));
      assertThat(index.bytes()).isEqualTo(one);
      index.removeRow(Rows.id(1));
      assertThat(index.bytes()).isEqualTo(empty);
    }
  }

  /** Neither under its own values, nor as a value that nobody has any more. */
  @Test
  void noSetOfRowsHoldsARowThatIsRemovedOrChanged() {
    NativeMemory memory = new NativeMemory(new MemoryBudget(1 << 20));
    SliceTables tables =
        new SliceTables(new IndexSettings(2, Distance.DOT, List.of("first")), memory);
    for (int n = 0; n < 50; n++) {
      tables.putRow(Rows.textRow(n, 1, "shared"));
    }
    Dictionary<String> agents = tables.dictionaries().texts(Dictionaries.AGENT_ID);
    RowSet shared = Objects.requireNonNull(agents.findEntry("agent shared")).rows();
    tables.putRow(Rows.textRow(7, 2, "own"));
    RowSet own = Objects.requireNonNull(agents.findEntry("agent own")).rows();
    tables.removeRow(Rows.id(7));
    tables.removeRow(Rows.id(8));

    BitSet rows = new BitSet();
    own.addTo(rows, 50);
    assertThat(rows.isEmpty()).isTrue();
    assertThat(agents.findEntry("agent own")).isNull();
    assertThat(agents.codes()).isGreaterThan(2);
    for (int code = 0; code < agents.codes(); code++) {
      assertThat(agents.value(code)).isIn(null, "agent shared");
    }
    shared.addTo(rows, 50);
    assertThat(rows.cardinality()).isEqualTo(48);
    memory.close();
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
