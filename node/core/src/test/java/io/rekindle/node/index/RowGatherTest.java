package io.rekindle.node.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.index.scan.Quantizer;
import io.rekindle.node.index.scan.Scorer;
import io.rekindle.node.model.Distance;
import io.rekindle.node.model.MemoryId;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RowGatherTest {
  private final NativeMemory memory = new NativeMemory(new MemoryBudget(16 << 20));
  private final SliceTables tables =
      new SliceTables(new IndexSettings(2, Distance.DOT, List.of()), memory);

  @AfterEach
  void free() {
    memory.close();
  }

  private void put(int number, int chunk, float x) {
    float[] vector = {x, 1};
    Quantizer.Code code = new Quantizer(2, Distance.DOT).encode(vector);
    tables.putVector(Rows.id(number), chunk, 1, Objects.requireNonNull(code), vector);
  }

  private List<IndexHit> gather(RowCondition condition, int... rows) {
    VectorScan scan =
        new VectorScan(
            tables,
            new Scorer(Distance.DOT, new float[] {1, 0}),
            new CompiledFilter(condition, false, tables::changes, tables.changes()),
            new TopMemories(10, Float.NaN),
            null,
            1);
    BitSet ordinals = new BitSet();
    for (int row : rows) {
      ordinals.set(row);
    }
    new RowGather(tables, scan).these(ordinals);
    return scan.hits();
  }

  @Test
  void everyVectorOfTheRowsIsJudgedAndNoOther() {
    for (int number = 0; number < 3; number++) {
      tables.putRow(Rows.row(number, 1, 1));
      for (int chunk = 0; chunk < 40; chunk++) {
        put(number, chunk, chunk == 7 * number ? 100 + number : chunk);
      }
    }
    tables.putRow(Rows.row(3, 1, 1));

    List<IndexHit> hits = gather((_, _) -> true, 0, 2, 3);

    assertThat(hits).extracting(IndexHit::memoryId).containsExactly(Rows.id(2), Rows.id(0));
    assertThat(hits).extracting(IndexHit::chunk).containsExactly(14, 0);
    assertThat(hits).extracting(IndexHit::score).containsExactly(102f, 100f);
  }

  @Test
  void rowsThatDoNotPassAreNotAnswered() {
    for (int number = 0; number < 3; number++) {
      tables.putRow(Rows.row(number, 1, 1));
      put(number, 0, number);
    }
    assertThat(gather((block, slot) -> block.getLong(RowBlock.ID_LOW, slot) % 2 != 0, 0, 1, 2))
        .extracting(IndexHit::memoryId)
        .containsExactly(Rows.id(1));
  }

  /** Once enough are known, most rows are out by a bound that is asked for many at once. */
  @Test
  void amongManyRowsTheBestAreFoundInWhateverRowTheyAre() {
    int rows = 1_000;
    for (int number = 0; number < rows; number++) {
      if (number % 5 != 1) {
        tables.putRow(Rows.row(number, 1, 1));
      }
      int chunks = number % 4;
      for (int chunk = 0; chunk < chunks; chunk++) {
        put(number, chunk, (number * 37 + chunk * 11) % 991);
      }
    }
    int[] all = IntStream.range(0, rows).filter(number -> number % 3 != 0).toArray();
    List<MemoryId> best =
        Arrays.stream(all)
            .filter(number -> number % 5 != 1 && number % 4 != 0)
            .boxed()
            .sorted(Comparator.comparing(RowGatherTest::best).reversed())
            .limit(10)
            .map(Rows::id)
            .toList();

    int[] ordinals = Arrays.stream(all).map(number -> tables.find(Rows.id(number))).toArray();
    List<IndexHit> hits =
        gather((_, _) -> true, Arrays.stream(ordinals).filter(row -> row >= 0).toArray());

    assertThat(hits).extracting(IndexHit::memoryId).containsExactlyElementsOf(best);
  }

  private static int best(int number) {
    return IntStream.range(0, number % 4)
        .map(chunk -> (number * 37 + chunk * 11) % 991)
        .max()
        .orElseThrow();
  }

  /** A memory that always has a vector, though not always the same, is not missed. */
  @Test
  void aRowWhoseVectorsMoveWhileTheyAreJudgedIsShownAgain() {
    tables.putRow(Rows.row(0, 1, 1));
    put(0, 0, 5);
    boolean[] moved = {false};
    List<IndexHit> hits =
        gather(
            (_, _) -> {
              if (!moved[0]) {
                moved[0] = true;
                put(0, 1, 6);
                tables.removeVector(Rows.id(0), 0);
              }
              return true;
            },
            0);
    assertThat(hits).extracting(IndexHit::chunk).containsExactly(1);
  }

  /** What was refused by a bound of before has to be refused by the vector that is there now. */
  @Test
  void aRowThatChangesAfterItWasRefusedIsShownAgain() {
    int best = 70;
    int moved = 71;
    for (int number = 0; number <= moved; number++) {
      tables.putRow(Rows.row(number, 1, 1));
      put(number, 0, number < 64 ? 100 : number == best ? 200 : 1);
    }
    List<IndexHit> hits =
        gather(
            (block, slot) -> {
              if ((int) block.getLong(RowBlock.ID_LOW, slot) == best) {
                put(moved, 0, 300);
              }
              return true;
            },
            IntStream.rangeClosed(0, moved).toArray());
    assertThat(hits.subList(0, 2))
        .extracting(IndexHit::memoryId)
        .containsExactly(Rows.id(moved), Rows.id(best));
  }
}
