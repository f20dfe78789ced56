package io.rekindle.node.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.Distance;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MemoryBudgetTest {
  private static final IndexSettings SETTINGS =
      new IndexSettings(16, Distance.COSINE, List.of("n"));

  private static float[] vector(int number) {
    float[] vector = new float[16];
    vector[number % 16] = 1 + number;
    return vector;
  }

  /** Fills an index until it is refused; returns the first number that was. */
  private static int fill(SliceIndex index) {
    for (int n = 0; ; n++) {
      try {
        index.putRow(Rows.row(n, 1, 1, "agent-" + n));
        index.putVector(Rows.id(n), 0, 1, vector(n));
      } catch (RekindleException e) {
        assertThat(e.code()).isEqualTo(ErrorCode.INDEX_MEMORY_EXHAUSTED);
        assertThat(e.details()).containsKey("limit");
        return n;
      }
    }
  }

  @Test
  void aFullIndexRefusesAndStaysWhole() {
    for (long limit = 30_000; limit < 34_000; limit += 37) {
      MemoryBudget budget = new MemoryBudget(limit);
      try (SliceIndex index = new SliceIndex(SETTINGS, budget)) {
        int full = fill(index);
        assertThat(full).isGreaterThan(10);
        assertThat(budget.bytesUsed()).isEqualTo(index.bytes()).isLessThanOrEqualTo(limit);
        assertThat(index.rows()).isBetween(full, full + 1);
        assertThat(index.vectors()).isEqualTo(full);
        assertThat(index.waitingVectors()).isZero();
        assertThat(index.search(vector(3), 1_000, Float.NaN, Filter.ALL)).hasSize(full);
        // Deletes make room, and what they made is used.
        index.removeRow(Rows.id(full));
        for (int n = 0; n < full; n++) {
          assertThat(index.removeRow(Rows.id(n))).isTrue();
        }
        assertThat(index.count(Filter.ALL)).isZero();
        assertThat(fill(index)).isGreaterThanOrEqualTo(full);
      }
      assertThat(budget.bytesUsed()).isZero();
    }
  }

  /** As many bytes as an index has that was never refused anything: no slot, no name is lost. */
  @Test
  void whatWasRefusedHasTakenNothing() {
    long full;
    long empty;
    try (SliceIndex reference = new SliceIndex(SETTINGS, new MemoryBudget(1 << 20))) {
      put(reference, 0, 128);
      full = reference.bytes();
      remove(reference, 0, 128);
      empty = reference.bytes();
    }
    for (int room = 0; room < 24_000; room += 150) {
      MemoryBudget budget = new MemoryBudget(1 << 20);
      try (SliceIndex index = new SliceIndex(SETTINGS, budget)) {
        put(index, 0, 64);
        long others = budget.bytesMax() - budget.bytesUsed() - room;
        budget.reserve(others);
        for (int round = 0; round < 3; round++) {
          tryAll(index, 64, 128, room % 300 == 0);
          remove(index, 64, 128);
        }
        budget.release(others);
        put(index, 64, 128);
        assertThat(index.bytes()).as("room for %s", room).isEqualTo(full);
        remove(index, 0, 128);
        assertThat(index.bytes()).as("room for %s", room).isEqualTo(empty);
      }
      assertThat(budget.bytesUsed()).isZero();
    }
  }

  private static void put(SliceIndex index, int from, int to) {
    for (int n = from; n < to; n++) {
      index.putRow(Rows.row(n, 1, 1, "agent-" + n));
      index.putVector(Rows.id(n), 0, 1, vector(n));
    }
  }

  private static void remove(SliceIndex index, int from, int to) {
    for (int n = from; n < to; n++) {
      index.removeRow(Rows.id(n));
    }
  }

  private static void tryAll(SliceIndex index, int from, int to, boolean rowsFirst) {
    for (int n = from; n < to; n++) {
      int number = n;
      List<Runnable> puts =
          List.of(
              () -> index.putRow(Rows.row(number, 1, 1, "agent-" + number)),
              () -> index.putVector(Rows.id(number), 0, 1, vector(number)));
      for (Runnable put : rowsFirst ? puts : puts.reversed()) {
        try {
          put.run();
        } catch (RekindleException e) {
          assertThat(e.code()).isEqualTo(ErrorCode.INDEX_MEMORY_EXHAUSTED);
          // Of the first that is refused not even the id is known.
          assertThat(rowsFirst && put == puts.getFirst() && index.removeRow(Rows.id(number)))
              .isFalse();
        }
      }
    }
  }

  @Test
  void vectorsWithoutRowsAreBoundedToo() {
    MemoryBudget budget = new MemoryBudget(60_000);
    try (SliceIndex index = new SliceIndex(SETTINGS, budget)) {
      assertThatThrownBy(
              () -> {
                for (int n = 0; ; n++) {
                  index.putVector(Rows.id(n), 0, 1, vector(n));
                }
              })
          .isInstanceOf(RekindleException.class);
      assertThat(index.waitingVectors()).isGreaterThan(10);
      assertThat(index.rows()).isZero();
      assertThat(index.search(vector(1), 10, Float.NaN, Filter.ALL)).isEmpty();
      int waiting = index.waitingVectors();
      index.putRow(Rows.row(3, 1, 1));
      assertThat(index.vectors()).isEqualTo(1);
      assertThat(index.waitingVectors()).isEqualTo(waiting - 1);
    }
  }

  @Test
  void aBuildThatCannotRememberRemovalsSaysSo() {
    MemoryBudget budget = new MemoryBudget(40_000);
    try (SliceIndex index = new SliceIndex(SETTINGS, budget)) {
      try (SliceBuild build = index.beginBuild()) {
        assertThat(build.trustworthy()).isTrue();
        assertThatThrownBy(index::beginBuild).isInstanceOf(IllegalStateException.class);
        for (int n = 0; n < 1_000; n++) {
          index.removeRow(Rows.id(n));
        }
        assertThat(build.trustworthy()).isFalse();
      }
      index.beginBuild().close();
    }
    assertThat(budget.bytesUsed()).isZero();
  }

  @Test
  void aBudgetIsTakenToItsLastByteAndNotOneMore() {
    MemoryBudget budget = new MemoryBudget(100);
    assertThat(budget.bytesMax()).isEqualTo(100);
    budget.reserve(60);
    for (long more : new long[] {41, Long.MAX_VALUE}) {
      assertThatThrownBy(() -> budget.reserve(more)).isInstanceOf(RekindleException.class);
      assertThat(budget.bytesUsed()).isEqualTo(60);
    }
    assertThatThrownBy(() -> budget.reserve(41))
        .isInstanceOfSatisfying(
            RekindleException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.INDEX_MEMORY_EXHAUSTED);
              assertThat(e.details()).containsEntry("limit", "100").containsEntry("actual", "101");
            });
    budget.reserve(40);
    assertThat(budget.bytesUsed()).isEqualTo(100);
    budget.release(100);
    assertThat(budget.bytesUsed()).isZero();
  }

  @Test
  void aBudgetMayBeNothingButNotLess() {
    MemoryBudget nothing = new MemoryBudget(0);
    nothing.reserve(0);
    assertThatThrownBy(() -> nothing.reserve(1)).isInstanceOf(RekindleException.class);
    assertThatThrownBy(() -> new MemoryBudget(-1)).isInstanceOf(IllegalArgumentException.class);
  }

  /** Whoever loses a race for bytes looks again, and takes them once. */
  @Test
  @Timeout(60)
  void ofManyThatTakeAtOnceEachHasItsOwn() throws Exception {
    int takers = 4;
    int times = 200_000;
    MemoryBudget budget = new MemoryBudget((long) takers * times);
    try (ExecutorService threads = Executors.newFixedThreadPool(takers)) {
      List<Future<?>> all = new ArrayList<>();
      for (int taker = 0; taker < takers; taker++) {
        all.add(
            threads.submit(
                () -> {
                  for (int i = 0; i < times; i++) {
                    budget.reserve(1);
                  }
                }));
      }
      for (Future<?> taker : all) {
        taker.get();
      }
    }
    assertThat(budget.bytesUsed()).isEqualTo(budget.bytesMax());
  }

  /** Of 384 dimensions, with codes of both kinds; what the rows themselves take is beside it. */
  @ParameterizedTest
  @CsvSource({"1000000, 480", "1000, 600"})
  void aVectorOfALargeIndexTakesFewBytes(int listsFrom, int bytesMax) {
    int count = 16_384;
    int dimensions = 384;
    MemoryBudget budget = new MemoryBudget(1L << 30);
    IndexSettings settings =
        new IndexSettings(
            dimensions, Distance.COSINE, List.of(), 1_000, listsFrom, IndexSettings.GATHER_MAX, 1);
    try (SliceIndex index = new SliceIndex(settings, budget, (_, _, _) -> null)) {
      Random random = new Random(6);
      for (int n = 0; n < count; n++) {
        index.putRow(Rows.row(n, 1, 1));
      }
      long rows = budget.bytesUsed();
      for (int n = 0; n < count; n++) {
        index.putVector(Rows.id(n), 0, 1, Vectors.clustered(random, dimensions));
      }
      index.freeFloats();
      assertThat(index.buildCodes()).isTrue();
      assertThat((double) (budget.bytesUsed() - rows) / count).isLessThan(bytesMax);
      assertThat((double) rows / count).isLessThan(130);
    }
  }

  @Test
  void aClosedIndexHoldsNothing() {
    SliceIndex index = new SliceIndex(SETTINGS, new MemoryBudget(1 << 20));
    put(index, 0, 100);
    List<MemorySegment> segments = index.segments();
    assertThat(segments).isNotEmpty().allMatch(segment -> segment.scope().isAlive());

    index.close();

    assertThat(segments).noneMatch(segment -> segment.scope().isAlive());
    assertThat(index.bytes()).isZero();
  }

  @Test
  void noIndexIsMadeWithoutMemory() {
    MemoryBudget budget = new MemoryBudget(10);
    assertThatThrownBy(() -> new SliceIndex(SETTINGS, budget))
        .isInstanceOf(RekindleException.class);
    assertThat(budget.bytesUsed()).isZero();
  }
}
