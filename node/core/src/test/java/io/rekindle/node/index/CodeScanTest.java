package io.rekindle.node.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.index.scan.Quantizer;
import io.rekindle.node.index.scan.Scorer;
import io.rekindle.node.model.Distance;
import io.rekindle.node.model.MemoryId;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A search by codes of a hundred memories in runs of ten; the n-th memory scores n. */
class CodeScanTest {
  private static final int MEMORIES = 100;
  private static final int RUN = 10;
  private static final int ALL = 1_000;

  private final NativeMemory memory = new NativeMemory(new MemoryBudget(16 << 20));
  private final SliceTables tables =
      new SliceTables(new IndexSettings(2, Distance.DOT, List.of()), memory);
  private final List<Integer> tested = new ArrayList<>();
  private boolean gaveUp;

  @BeforeEach
  void fill() {
    for (int number = 0; number < MEMORIES; number++) {
      tables.putRow(Rows.row(number, 1, 1));
      float[] vector = {number, 1};
      Quantizer.Code code = new Quantizer(2, Distance.DOT).encode(vector);
      tables.putVector(Rows.id(number), 0, 1, Objects.requireNonNull(code), vector);
    }
  }

  @AfterEach
  void free() {
    memory.close();
  }

  private List<MemoryId> search(
      Runs runs, @Nullable BitSet passing, RowCondition condition, int topK) {
    return search(runs, passing, condition, topK, Double.POSITIVE_INFINITY);
  }

  private List<MemoryId> search(
      Runs runs, @Nullable BitSet passing, RowCondition condition, int topK, double codesMax) {
    CompiledFilter filter =
        new CompiledFilter(
            (block, slot) -> {
              tested.add(number(block, slot));
              return condition.test(block, slot);
            },
            false,
            tables::changes,
            tables.changes());
    Scorer scorer = new Scorer(Distance.DOT, new float[] {1, 0});
    TopMemories top = new TopMemories(topK, Float.NaN);
    VectorScan scan = new VectorScan(tables, scorer, filter, top, null, 1);
    CodeScan codes = new CodeScan(tables, filter, passing, scan, runs, 20, codesMax);
    codes.run(topK);
    gaveUp = codes.hasGivenUp();
    return scan.hits().stream().map(IndexHit::memoryId).toList();
  }

  private static int number(RowBlock block, int slot) {
    return (int) block.getLong(RowBlock.ID_LOW, slot);
  }

  private static BitSet everyTenth() {
    return IntStream.range(0, MEMORIES)
        .filter(number -> number % 10 == 3)
        .collect(BitSet::new, BitSet::set, BitSet::or);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatIsKnownNotToPassIsNotLookedAt(boolean nearestFirst) {
    assertThat(search(new Runs(nearestFirst, ALL), everyTenth(), (_, _) -> true, 2))
        .containsExactly(Rows.id(93), Rows.id(83));
    assertThat(tested).isNotEmpty().allMatch(number -> number % 10 == 3);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatMayPassHasToPassTheFilterStill(boolean nearestFirst) {
    assertThat(
            search(
                new Runs(nearestFirst, ALL),
                everyTenth(),
                (block, slot) -> number(block, slot) < 50,
                2))
        .containsExactly(Rows.id(43), Rows.id(33));
  }

  /** The share of what passes is the set's at first, and then also that of what was looked at. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void moreRunsAreVisitedTheFewerPass(boolean isSetKnown) {
    Runs runs = new Runs(true, 2);
    search(
        runs, isSetKnown ? everyTenth() : null, (block, slot) -> number(block, slot) % 20 == 3, 1);
    // In the first two runs 93 does not pass and 83 does: one of two in the set, of seventeen else.
    assertThat(runs.depths)
        .containsExactlyElementsOf(isSetKnown ? List.of(10.0, 20.0) : List.of(1.0, 17.0));
  }

  @Test
  void moreRunsAreVisitedWhereWhatPassesLiesElsewhere() {
    Runs runs = new Runs(true, 2);
    BitSet lower = new BitSet();
    lower.set(0, MEMORIES / 2);
    assertThat(search(runs, lower, (_, _) -> true, 1)).containsExactly(Rows.id(49));
    // Half of all pass, and none of the twenty in the first two runs.
    assertThat(runs.depths).containsExactly(2.0, 20.0);
  }

  /** Whoever asks has another way then. */
  @Test
  void itGivesUpWhereWhatPassesIsFurtherAwayThanItMayLook() {
    BitSet lower = new BitSet();
    lower.set(0, MEMORIES / 2);
    assertThat(search(new Runs(true, 2), lower, (_, _) -> true, 1, 4 * RUN)).isEmpty();
    assertThat(gaveUp).isTrue();
    assertThat(search(new Runs(true, 2), lower, (_, _) -> true, 1, 5 * RUN))
        .containsExactly(Rows.id(49));
    assertThat(gaveUp).isFalse();
    assertThat(search(new Runs(true, 2), null, (_, _) -> true, 1, RUN - 1))
        .as("of the first run")
        .containsExactly(Rows.id(99));
    assertThat(gaveUp).isTrue();
    assertThat(search(new Runs(false, ALL), lower, (_, _) -> true, 1, RUN))
        .as("runs in any order")
        .containsExactly(Rows.id(49));
    assertThat(gaveUp).isFalse();
  }

  /** Runs of ten, the highest first, with bounds that are right. */
  private static final class Runs implements CodeRuns {
    private final boolean nearestFirst;
    private final int wanted;
    private final List<Double> depths = new ArrayList<>();
    private int at = -1;

    Runs(boolean nearestFirst, int wanted) {
      this.nearestFirst = nearestFirst;
      this.wanted = wanted;
    }

    @Override
    public int wanted(double depth) {
      depths.add((double) Math.round(depth));
      return wanted;
    }

    @Override
    public boolean nearestFirst() {
      return nearestFirst;
    }

    @Override
    public boolean next() {
      return ++at < MEMORIES / RUN;
    }

    @Override
    public void done() {}

    @Override
    public void rewind() {
      at = -1;
    }

    @Override
    public int size() {
      return RUN;
    }

    @Override
    public void estimate(int from, int count, float[] estimates) {
      for (int i = 0; i < count; i++) {
        estimates[i] = ordinal(from + i) + 0.5f;
      }
    }

    @Override
    public int ordinal(int slot) {
      return MEMORIES - 1 - at * RUN - slot;
    }

    @Override
    public float level(float score) {
      return score;
    }
  }
}
