package io.rekindle.node.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.index.scan.Kernel;
import io.rekindle.node.model.Distance;
import io.rekindle.node.model.MemoryId;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a snapshot brings into another index, and what it must not. */
class SnapshotTest {
  private static final int DIMENSIONS = 24;
  private static final int MEMORIES = 100;

  private final MemoryBudget budget = new MemoryBudget(1 << 26);
  private final List<SliceIndex> open = new ArrayList<>();

  @AfterEach
  void nothingIsLeft() {
    open.forEach(SliceIndex::close);
    assertThat(budget.bytesUsed()).isZero();
  }

  private SliceIndex index(int dimensions, Distance distance, int floatsMax, MemoryBudget from) {
    IndexSettings settings =
        new IndexSettings(
            dimensions,
            distance,
            List.of(),
            Integer.MAX_VALUE,
            Integer.MAX_VALUE,
            IndexSettings.GATHER_MAX,
            floatsMax);
    ExactVectors exact =
        (id, chunk, _) -> vector((int) id.value().getLeastSignificantBits(), chunk);
    SliceIndex index = new SliceIndex(settings, from, exact);
    open.add(index);
    return index;
  }

  private SliceIndex index() {
    return index(DIMENSIONS, Distance.COSINE, 0, budget);
  }

  private static float[] vector(int number, int chunk) {
    Random random = new Random(number * 7L + chunk);
    float[] vector = new float[DIMENSIONS];
    for (int i = 0; i < DIMENSIONS; i++) {
      vector[i] = (float) random.nextGaussian();
    }
    return vector;
  }

  /** Every third memory has two chunks. */
  private static int chunks(int number) {
    return number % 3 == 0 ? 2 : 1;
  }

  private static void fill(SliceIndex index) {
    for (int number = 0; number < MEMORIES; number++) {
      index.putRow(Rows.row(number, 1, 1));
      for (int chunk = 0; chunk < chunks(number); chunk++) {
        index.putVector(Rows.id(number), chunk, 1, vector(number, chunk));
      }
    }
  }

  private byte[] snapshot() throws IOException {
    SliceIndex index = index();
    fill(index);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    assertThat(index.writeSnapshot(bytes)).isTrue();
    return bytes.toByteArray();
  }

  private static int load(SliceBuild build, byte[] snapshot) throws IOException {
    return build.load(new ByteArrayInputStream(snapshot), _ -> {});
  }

  private static List<MemoryId> found(SliceIndex index) {
    return index.search(vector(-1, 0), 1_000, Float.NaN, Filter.ALL).stream()
        .map(IndexHit::memoryId)
        .toList();
  }

  @ParameterizedTest
  @EnumSource(Distance.class)
  void searchesFindTheSameAsBefore(Distance distance) throws IOException {
    SliceIndex before = index(DIMENSIONS, distance, 0, budget);
    fill(before);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    before.writeSnapshot(bytes);

    SliceIndex after = index(DIMENSIONS, distance, 0, budget);
    try (SliceBuild build = after.beginBuild()) {
      assertThat(load(build, bytes.toByteArray())).isEqualTo(MEMORIES);
      for (int number = 0; number < MEMORIES; number++) {
        build.putRow(Rows.row(number, 1, 1), chunks(number));
        assertThat(build.hasVector(Rows.id(number), 0, 1)).isTrue();
        assertThat(build.hasVector(Rows.id(number), 1, 1)).isEqualTo(chunks(number) == 2);
      }
    }

    assertThat(after.vectors()).isEqualTo(before.vectors());
    List<IndexHit> expected = before.search(vector(-1, 0), 50, Float.NaN, Filter.ALL);
    List<IndexHit> hits = after.search(vector(-1, 0), 50, Float.NaN, Filter.ALL);
    assertThat(hits).isEqualTo(expected);
  }

  @Test
  void vectorsCountWhenTheirRowComes() throws IOException {
    SliceIndex index = index();
    try (SliceBuild build = index.beginBuild()) {
      load(build, snapshot());
      assertThat(index.vectors()).isZero();
      assertThat(index.rows()).isZero();
      assertThat(found(index)).isEmpty();

      build.putRow(Rows.row(1, 1, 1), 1);
      assertThat(found(index)).containsExactly(Rows.id(1));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"version", "content version", "created", "updated", "chunks"})
  void vectorsOfAnotherWritingOfTheRowAreErased(String difference) throws IOException {
    Instant time = Rows.START.plusSeconds(1);
    Instant other = time.plusNanos(1_000);
    IndexRow row =
        Rows.row(
            1,
            difference.equals("version") ? 2 : 1,
            difference.equals("content version") ? 0 : 1,
            "agent1",
            difference.equals("created") ? other : time,
            difference.equals("updated") ? other : time);
    SliceIndex index = index();
    try (SliceBuild build = index.beginBuild()) {
      load(build, snapshot());
      int waiting = index.waitingVectors();

      build.putRow(row, difference.equals("chunks") ? 2 : 1);

      assertThat(build.hasVector(Rows.id(1), 0, 0)).isFalse();
      assertThat(index.waitingVectors()).isEqualTo(waiting - 1);
      assertThat(index.rows()).isEqualTo(1);
      assertThat(found(index)).isEmpty();
    }
  }

  @Test
  void whatNoRowCameForIsErased() throws IOException {
    SliceIndex index = index();
    byte[] snapshot = snapshot();
    long empty = index.bytes();
    try (SliceBuild build = index.beginBuild()) {
      load(build, snapshot);
      build.putRow(Rows.row(1, 1, 1), 1);
      build.putVector(Rows.id(500), 0, 1, vector(500, 0));
    }
    assertThat(index.waitingVectors()).as("the one that was not loaded").isEqualTo(1);
    assertThat(found(index)).containsExactly(Rows.id(1));
    assertThat(index.bytes()).isGreaterThanOrEqualTo(empty);
    int last = snapshot.length - 2 * Integer.BYTES - Kernel.padded(DIMENSIONS);
    byte[] code = Arrays.copyOfRange(snapshot, last, last + DIMENSIONS);
    assertThat(EraseTest.contains(index, code)).isFalse();
  }

  @Test
  void aSnapshotOfOtherSettingsIsOfNoUse() throws IOException {
    byte[] snapshot = snapshot();
    for (SliceIndex index :
        List.of(
            index(DIMENSIONS + 1, Distance.COSINE, 0, budget),
            index(DIMENSIONS, Distance.DOT, 0, budget),
            index(DIMENSIONS, Distance.COSINE, 1_000, budget))) {
      try (SliceBuild build = index.beginBuild()) {
        assertThat(load(build, snapshot)).isZero();
        assertThat(index.waitingVectors()).isZero();
      }
    }
    byte[] newer = snapshot.clone();
    newer[0]++;
    try (SliceBuild build = index().beginBuild()) {
      assertThat(load(build, newer)).isZero();
    }
  }

  @Test
  void anIndexWithFloatsWritesNone() throws IOException {
    SliceIndex index = index(DIMENSIONS, Distance.COSINE, 1_000, budget);
    fill(index);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    assertThat(index.writeSnapshot(bytes)).isFalse();
    assertThat(bytes.size()).isZero();
  }

  @Test
  void aSnapshotThatDoesNotEndWhereItShouldIsRefused() throws IOException {
    byte[] snapshot = snapshot();
    byte[] fewer = snapshot.clone();
    fewer[fewer.length - 1]--;
    for (byte[] wrong :
        List.of(
            Arrays.copyOf(snapshot, snapshot.length - 1),
            Arrays.copyOf(snapshot, snapshot.length + 1),
            Arrays.copyOf(snapshot, snapshot.length / 2),
            Arrays.copyOf(snapshot, 3),
            fewer)) {
      SliceIndex index = index();
      try (SliceBuild build = index.beginBuild()) {
        assertThatThrownBy(() -> load(build, wrong)).isInstanceOf(IOException.class);
        assertThat(index.waitingVectors()).isZero();
      }
    }
  }

  @Test
  void aSnapshotWithoutVectorsIsReadNoFurtherThanItsHead() throws IOException {
    SliceIndex before = index();
    fill(before);
    for (int number = 0; number < MEMORIES; number++) {
      before.removeRow(Rows.id(number));
    }
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    assertThat(before.writeSnapshot(written)).isTrue();
    byte[] snapshot = written.toByteArray();
    int end = 2 * Integer.BYTES;
    for (int length = 0; length <= snapshot.length; length++) {
      byte[] cut = Arrays.copyOf(snapshot, length);
      try (SliceBuild build = index().beginBuild()) {
        if (length < snapshot.length - end) {
          assertThatThrownBy(() -> load(build, cut)).isInstanceOf(IOException.class);
        } else {
          assertThat(load(build, cut)).isZero();
        }
      }
    }
  }

  @Test
  void whatDoesNotFitIsRefusedAndLeavesNothingHalf() throws IOException {
    byte[] snapshot = snapshot();
    // Blocks grow: somewhere on the way there is no room for the next one.
    for (int kib = 24; ; kib += 4) {
      MemoryBudget small = new MemoryBudget(kib * 1024L);
      SliceIndex index;
      try {
        index = index(DIMENSIONS, Distance.COSINE, 0, small);
      } catch (RekindleException e) {
        continue; // Not even an empty one fits.
      }
      try (SliceBuild build = index.beginBuild()) {
        load(build, snapshot);
        assertThat(kib).isGreaterThan(32);
        return;
      } catch (RekindleException e) {
        assertThat(e.code()).isEqualTo(ErrorCode.INDEX_MEMORY_EXHAUSTED);
        index.putRow(Rows.row(0, 1, 1));
        assertThat(found(index)).isEmpty();
      } finally {
        index.close();
        assertThat(small.bytesUsed()).isZero();
      }
    }
  }

  @Test
  void aMemoryThatChangedBeforeItIsLoadedIsLeftAlone() throws IOException {
    SliceIndex index = index();
    byte[] snapshot = snapshot();
    try (SliceBuild build = index.beginBuild()) {
      index.putRow(Rows.row(1, 2, 2));
      index.putVector(Rows.id(1), 0, 2, vector(1, 9));
      index.removeRow(Rows.id(2));
      load(build, snapshot);
      build.putRow(Rows.row(1, 1, 1), 1);
      build.putRow(Rows.row(2, 1, 1), 1);

      assertThat(found(index)).containsExactly(Rows.id(1));
      IndexHit hit = index.search(vector(1, 9), 1, Float.NaN, Filter.ALL).getFirst();
      assertThat(hit.version()).isEqualTo(2);
      // Those of memory 2 would never get a row.
      assertThat(build.hasVector(Rows.id(2), 0, 1)).isFalse();
    }
  }

  @Test
  void aSnapshotHasWhatIsThereAtOneMoment() throws IOException {
    SliceIndex index = index();
    fill(index);
    index.removeRow(Rows.id(7));
    index.putRow(Rows.row(8, 2, 2));
    index.putVector(Rows.id(9), 0, 2, vector(9, 5));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    index.writeSnapshot(bytes);

    try (SliceBuild build = index().beginBuild()) {
      // Without those that are gone, have no vector, or one of content that has not come.
      assertThat(load(build, bytes.toByteArray())).isEqualTo(MEMORIES - 3);
      assertThat(build.hasVector(Rows.id(10), 0, 1)).isTrue();
      for (int gone = 7; gone <= 9; gone++) {
        assertThat(build.hasVector(Rows.id(gone), 0, 1)).isFalse();
      }
    }
  }

  @Test
  void someHundredBytesAVector() throws IOException {
    int each = snapshot().length / MEMORIES;
    assertThat((double) each).isCloseTo(52 + 1.34 * (16 + 64), within(40.0));
  }

  @Test
  void aBuildKnowsWhetherItsSnapshotHasWhatIsGone() throws IOException {
    byte[] snapshot = snapshot();
    try (SliceBuild build = index().beginBuild()) {
      load(build, snapshot);
      build.putRow(Rows.row(1, 1, 1), 1);
      build.putRow(Rows.row(1_000, 1, 1), 1);
      assertThat(build.foundGone()).isFalse();

      build.putRow(Rows.row(2, 2, 2), 0);
      assertThat(build.foundGone()).isTrue();
    }
    SliceIndex index = index();
    try (SliceBuild build = index.beginBuild()) {
      load(build, snapshot);
      build.putRow(Rows.row(1, 1, 1), 1);
      index.removeVector(Rows.id(1), 0);
      assertThat(build.foundGone()).isTrue();
    }
  }

  @Test
  void anIndexThatIsClosedMeanwhileSaysSo() throws IOException {
    SliceIndex index = index();
    try (SliceBuild build = index.beginBuild()) {
      load(build, snapshot());
      index.close();
      build.putRow(Rows.row(1, 1, 1), 1);
      assertThatThrownBy(() -> build.hasVector(Rows.id(1), 0, 1))
          .isInstanceOfSatisfying(
              RekindleException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_READY));
    }
  }
}
