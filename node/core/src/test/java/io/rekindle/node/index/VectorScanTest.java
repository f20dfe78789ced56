package io.rekindle.node.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.index.scan.Quantizer;
import io.rekindle.node.index.scan.Scorer;
import io.rekindle.node.model.Distance;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A search that is overtaken by changes, brought about step by step. */
class VectorScanTest {
  private static final float[] QUERY = {1, 1};
  private static final float[] GOOD = {1, 1};
  private static final float[] POOR = {0.1f, 0};

  private final NativeMemory memory = new NativeMemory(new MemoryBudget(16 << 20));
  private final SliceTables tables =
      new SliceTables(new IndexSettings(2, Distance.DOT, List.of(), 100, 100, 0, 1_000), memory);

  @AfterEach
  void free() {
    memory.close();
  }

  @Test
  void aMemoryWhoseVectorMovesIsAnsweredOnce() {
    put(1, GOOD);
    put(2, POOR);
    VectorScan scan = scan(10);
    scan.all();

    tables.removeVector(Rows.id(1), 0);
    put(3, POOR);
    put(1, GOOD);
    scan.all();

    assertThat(scan.hits())
        .extracting(IndexHit::memoryId)
        .containsExactly(Rows.id(1), Rows.id(2), Rows.id(3));
  }

  @Test
  void aVectorInTheMiddleOfAChangeIsWaitedForAndNotRefused() throws Exception {
    put(1, POOR);
    put(2, GOOD);
    VectorScan scan = scan(1);
    scan.these(new int[] {0});
    VectorBlock vectors = tables.vectors().of(1);
    byte[] code = code(vectors);
    RowBlock rows = tables.rows().of(1);
    rows.beginChange(1);
    vectors.codes().set(ValueLayout.JAVA_INT, generation(1), vectors.generation(1) + 1);
    setCode(vectors, new byte[code.length]);

    Thread searching = new Thread(scan::all, "search");
    searching.start();
    while (searching.isAlive() && !isSpinning(searching)) {
      Thread.onSpinWait();
    }
    setCode(vectors, code);
    vectors.codes().set(ValueLayout.JAVA_INT, generation(1), vectors.generation(1) + 1);
    rows.endChange(1);
    searching.join();

    assertThat(scan.hits()).extracting(IndexHit::memoryId).containsExactly(Rows.id(2));
  }

  @Test
  void aSearchWhoseFloatsAreWithdrawnSaysSo() {
    put(1, GOOD);
    put(2, POOR);
    VectorScan before = scan(10);
    assertThat(before.scoresExactly()).isTrue();
    tables.floats().admit(Integer.MAX_VALUE);
    put(3, GOOD);
    before.all();
    assertThat(before.isOutdated()).isTrue();
    assertThat(before.hits()).isEmpty();

    VectorScan after = scan(10);
    assertThat(after.scoresExactly()).isFalse();
    after.all();
    assertThat(after.isOutdated()).isFalse();
    assertThat(after.hits()).hasSize(3);

    tables.floats().freeWithdrawn();
    before.close();
    after.close();
  }

  private static boolean isSpinning(Thread thread) {
    return Arrays.stream(thread.getStackTrace())
        .anyMatch(frame -> frame.getClassName().equals(Spin.class.getName()));
  }

  /** Where a slot's generation lies: the last four of a head's 36 bytes. */
  private static long generation(int slot) {
    return slot * 36L + 32;
  }

  private static byte[] code(VectorBlock vectors) {
    int bytes = (int) (vectors.codeOffset(2) - vectors.codeOffset(1));
    return vectors.codes().asSlice(vectors.codeOffset(1), bytes).toArray(ValueLayout.JAVA_BYTE);
  }

  private static void setCode(VectorBlock vectors, byte[] code) {
    for (int i = 0; i < code.length; i++) {
      vectors.codes().set(ValueLayout.JAVA_BYTE, vectors.codeOffset(1) + i, code[i]);
    }
  }

  private VectorScan scan(int topK) {
    return new VectorScan(
        tables,
        new Scorer(Distance.DOT, QUERY),
        new FilterCompiler(tables).compile(Filter.ALL),
        new TopMemories(topK, Float.NaN),
        null,
        1);
  }

  private void put(int number, float[] vector) {
    Quantizer.Code code = Objects.requireNonNull(new Quantizer(2, Distance.DOT).encode(vector));
    tables.putRow(new IndexRow(Rows.row(number, 1, 1).columns(), Map.of()));
    tables.putVector(Rows.id(number), 0, 1, code, vector);
  }
}
