package io.rekindle.node.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.model.MemoryId;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.LongFunction;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The table alone: its heads lie in a memory of their own here, so that the test can look. */
@Timeout(60)
class IdTableTest {
  private static final int ROWS = 5_000;

  private final MemoryBudget budget = new MemoryBudget(64 << 20);
  private final NativeMemory rowMemory = new NativeMemory(budget);
  private final NativeMemory heads = new NativeMemory(budget);
  private final Blocks<RowBlock> rows =
      new Blocks<>(
          new BlockShape(12),
          capacity ->
              new RowBlock(rowMemory.allocate(capacity * RowBlock.slotBytes(0)), capacity, 0));
  private final IdTable table = new IdTable(heads, rows);

  @AfterEach
  void free() {
    rowMemory.close();
    heads.close();
  }

  private int add(MemoryId id) {
    table.reserveOne();
    int row = rows.take();
    rows.of(row).setLong(RowBlock.ID_HIGH, rows.slot(row), id.value().getMostSignificantBits());
    rows.of(row).setLong(RowBlock.ID_LOW, rows.slot(row), id.value().getLeastSignificantBits());
    table.add(row);
    return row;
  }

  private static List<MemoryId> ids(LongFunction<UUID> id) {
    return LongStream.range(0, ROWS).mapToObj(id).map(MemoryId::new).toList();
  }

  private static List<List<MemoryId>> patterns() {
    return List.of(
        ids(i -> new UUID(7, i)),
        ids(i -> new UUID(i, 7)),
        ids(i -> new UUID(7, i << 32)),
        ids(i -> new UUID(i << 40, -(i << 40))));
  }

  @Test
  void idsThatShareAHalfAreToldApart() {
    List<MemoryId> added = new ArrayList<>();
    List<Integer> ordinals = new ArrayList<>();
    for (long high = 0; high < 40; high++) {
      for (long low = 0; low < 40; low++) {
        MemoryId id = new MemoryId(new UUID(high, low));
        assertThat(table.find(id)).isEqualTo(-1);
        added.add(id);
        ordinals.add(add(id));
      }
    }
    for (int i = 0; i < added.size(); i += 2) {
      table.remove(ordinals.get(i));
    }
    for (int i = 0; i < added.size(); i++) {
      assertThat(table.find(added.get(i))).isEqualTo(i % 2 == 0 ? -1 : ordinals.get(i));
    }
  }

  /** A bucket for each row, and the rows spread over them, whichever bits of the ids differ. */
  @Test
  void noPatternOfIdsMakesLongChains() {
    for (List<MemoryId> pattern : patterns()) {
      List<Integer> ordinals = pattern.stream().map(this::add).toList();
      assertThat(heads.bytes()).isBetween(ROWS * 4L, 2 * ROWS * 4L + 4 * 4_096);
      // Of balls thrown at random into as many bins as there are, 63 of 100 bins have one.
      assertThat(usedBuckets()).isGreaterThan(ROWS / 2);
      ordinals.forEach(
          row -> {
            table.remove(row);
            rows.of(row).erase(rows.slot(row));
            rows.giveBack(row);
          });
      assertThat(usedBuckets()).isZero();
    }
  }

  /** Whoever may choose ids does not know which of them share a bucket. */
  @Test
  void noTwoTablesSpreadIdsAlike() {
    NativeMemory otherHeads = new NativeMemory(budget);
    IdTable other = new IdTable(otherHeads, rows);
    List<MemoryId> ids = patterns().getFirst();
    ids.forEach(this::add);
    List<Boolean> used = used(heads);
    for (int row = 0; row < ROWS; row++) {
      table.remove(row);
    }
    for (int row = 0; row < ROWS; row++) {
      other.reserveOne();
      other.add(row);
    }
    assertThat(used(otherHeads)).isNotEqualTo(used);
    otherHeads.close();
  }

  private long usedBuckets() {
    return used(heads).stream().filter(used -> used).count();
  }

  private static List<Boolean> used(NativeMemory memory) {
    List<Boolean> used = new ArrayList<>();
    for (MemorySegment segment : memory.segments()) {
      for (int head : segment.toArray(ValueLayout.JAVA_INT)) {
        used.add(head != 0);
      }
    }
    return used;
  }
}
