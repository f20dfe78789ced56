package io.rekindle.node.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rekindle.node.error.RekindleException;
import java.util.BitSet;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class RowSetTest {
  private static BitSet read(RowSet set, int end) {
    BitSet rows = new BitSet();
    set.addTo(rows, end);
    return rows;
  }

  /** Sparse and dense, growing and shrinking: it passes from each form to the other. */
  @Property(tries = 200)
  void holdsWhatASetOfBitsHolds(@ForAll long seed) {
    Random random = new Random(seed);
    MemoryBudget budget = new MemoryBudget(1 << 24);
    NativeMemory memory = new NativeMemory(budget);
    RowSet set = new RowSet();
    BitSet expected = new BitSet();
    for (int phase = 0; phase < 8; phase++) {
      int ordinals = 1 << (1 + random.nextInt(14));
      int adds = random.nextInt(101);
      for (int i = random.nextInt(2_000); i > 0; i--) {
        int ordinal = random.nextInt(ordinals);
        if (!expected.get(ordinal) && random.nextInt(100) < adds) {
          set.add(ordinal, memory);
          expected.set(ordinal);
        } else if (expected.get(ordinal)) {
          set.remove(ordinal, memory);
          expected.clear(ordinal);
        }
      }
      assertThat(read(set, Integer.MAX_VALUE)).isEqualTo(expected);
      int end = random.nextInt(ordinals);
      assertThat(read(set, end)).isEqualTo(expected.get(0, end));
      assertThat(set.bytes()).isEqualTo(memory.bytes()).isEqualTo(budget.bytesUsed());
      // A table of ints that is three quarters full or a bitmap, and a while behind at most.
      assertThat(set.bytes()).isLessThanOrEqualTo(24 + 64L * expected.cardinality());
    }
    expected.stream().forEach(ordinal -> set.remove(ordinal, memory));
    assertThat(budget.bytesUsed()).isZero();
    memory.close();
  }

  @Test
  void manyRowsTakeABitEach() {
    NativeMemory memory = new NativeMemory(new MemoryBudget(1 << 24));
    RowSet set = new RowSet();
    for (int ordinal = 0; ordinal < 100_000; ordinal++) {
      set.add(ordinal, memory);
    }
    assertThat(memory.bytes()).isBetween(100_000 / 8L, 100_000 / 7L);
    assertThat(set.steps()).isLessThan(1_800);
    memory.close();
  }

  @Test
  void whatIsRefusedIsNotAdded() {
    for (int spacing : new int[] {1, 1_000}) {
      for (int room = 0; room < 600; room += 8) {
        NativeMemory memory = new NativeMemory(new MemoryBudget(room));
        RowSet set = new RowSet();
        int added = fill(set, spacing, memory);
        assertThat(read(set, Integer.MAX_VALUE).cardinality()).isEqualTo(added);
        assertThat(memory.bytes()).isEqualTo(set.bytes()).isLessThanOrEqualTo(room);
        for (int n = 0; n < added; n++) {
          set.remove(n * spacing, memory);
        }
        assertThat(memory.bytes()).isZero();
        memory.close();
      }
    }
  }

  private static int fill(RowSet set, int spacing, NativeMemory memory) {
    int[] added = {0};
    assertThatThrownBy(
            () -> {
              while (true) {
                set.add(added[0] * spacing, memory);
                added[0]++;
              }
            })
        .isInstanceOf(RekindleException.class);
    return added[0];
  }

  /** Many are added and removed in turn at a size at which a table is full. */
  @Test
  void aTableOfRemovedRowsIsMadeAnew() {
    NativeMemory memory = new NativeMemory(new MemoryBudget(1 << 24));
    RowSet set = new RowSet();
    for (int n = 0; n < 95; n++) {
      set.add(n * 10_000, memory);
    }
    long bytes = set.bytes();
    for (int n = 95; n < 20_000; n++) {
      set.add(n * 10_000, memory);
      set.remove((n - 95) * 10_000, memory);
    }
    BitSet rows = read(set, Integer.MAX_VALUE);
    assertThat(rows.cardinality()).isEqualTo(95);
    assertThat(rows.nextSetBit(0)).isEqualTo((20_000 - 95) * 10_000);
    assertThat(set.bytes()).isLessThanOrEqualTo(2 * bytes);
    memory.close();
  }

  /** Beside a writer who makes it pass from form to form. */
  @Test
  void aReaderMissesNoRowThatIsThereAllTheWhile() throws Exception {
    NativeMemory memory = new NativeMemory(new MemoryBudget(1 << 24));
    RowSet set = new RowSet();
    set.add(5, memory);
    set.add(2_000, memory);
    try (ExecutorService threads = Executors.newSingleThreadExecutor()) {
      Future<?> writer =
          threads.submit(
              () -> {
                for (int turn = 0; turn < 200_000; turn++) {
                  for (int n = 100; n < 180; n++) {
                    set.add(n, memory);
                  }
                  for (int n = 100; n < 180; n++) {
                    set.remove(n, memory);
                  }
                }
              });
      do {
        assertThat(set.steps()).isPositive();
        BitSet rows = read(set, 3_000);
        assertThat(rows.get(5) && rows.get(2_000)).isTrue();
        rows.clear(100, 180);
        assertThat(rows.cardinality()).isEqualTo(2);
      } while (!writer.isDone());
      writer.get();
    }
    memory.close();
  }
}
