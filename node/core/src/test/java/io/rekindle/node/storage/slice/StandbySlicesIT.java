package io.rekindle.node.storage.slice;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.keyring.SliceFileCipher;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.SliceId;
import io.rekindle.node.storage.Drafts;
import io.rekindle.node.storage.SharedNode;
import io.rekindle.node.storage.StorageNode;
import io.rekindle.node.storage.slice.StandbySlices.Warm;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Standing by for others costs nobody here his room. */
@Timeout(120)
class StandbySlicesIT {
  private static final StorageNode NODE = SharedNode.node();
  private static final int MEMORIES = 3;
  private static final List<Namespace> spaces = new ArrayList<>();

  @TempDir static Path folder;
  private static long sliceBytes;

  private SliceIndexes indexes = indexes(Long.MAX_VALUE);

  @BeforeAll
  static void store() {
    for (int i = 0; i < 6; i++) {
      Namespace space = SharedNode.freshNamespace(StorageNode.externalSettings());
      for (int number = 0; number < MEMORIES; number++) {
        var _ =
            NODE.storage()
                .memories()
                .store(
                    StorageNode.PASS,
                    space,
                    Drafts.of("number " + number).vector(Drafts.vectorOf(number)).draft(),
                    new MemoryId(UUID.randomUUID()),
                    null,
                    null,
                    "lineage");
      }
      spaces.add(space);
    }
    try (SliceIndexes one = indexes(Long.MAX_VALUE)) {
      assertThat(rows(one, 0)).isEqualTo(MEMORIES);
      sliceBytes = one.bytesUsed();
    }
  }

  @AfterEach
  void close() {
    indexes.close();
  }

  private void roomFor(double slices) {
    indexes.close();
    indexes = indexes((long) (slices * sliceBytes));
  }

  private static SliceIndexes indexes(long bytesMax) {
    return new SliceIndexes(
        NODE.caches(),
        new SealedSliceReader(NODE.keyring()),
        slice -> new SliceFileCipher(NODE.keyring(), slice),
        new SliceIndexes.Settings(
            bytesMax,
            Duration.ofMinutes(10),
            Duration.ofSeconds(20),
            Integer.MAX_VALUE,
            Integer.MAX_VALUE,
            0,
            Integer.MAX_VALUE,
            new WordSettings(1 << 20, folder, Integer.MAX_VALUE, Duration.ofHours(20), 0),
            new SnapshotSettings(folder, Integer.MAX_VALUE, Duration.ofHours(20), 0)));
  }

  private static SliceId slice(int space) {
    return SliceId.of(spaces.get(space).id(), 0);
  }

  private static int rows(SliceIndexes indexes, int space) {
    return indexes.ask(spaces.get(space), slice(space), index -> index.rows());
  }

  private void keep(int space) {
    indexes.standby().keep(List.of(new Warm(slice(space), -1)), id -> spaces.get(space));
  }

  private static void await(BooleanSupplier condition) {
    while (!condition.getAsBoolean()) {
      Thread.onSpinWait();
    }
  }

  @Test
  void whatStandsByAnswersItsFirstSearchWithoutABuild() {
    keep(0);
    keep(0);
    await(() -> indexes.standby().standing() == 1);
    assertThat(rows(indexes, 0)).isEqualTo(MEMORIES);
    assertThat(indexes.builds()).isEqualTo(1);
    assertThat(indexes.standby().standing()).isZero();
  }

  @Test
  void noneThatWasAskedLeavesForOneThatStandsBy() {
    roomFor(6.5);
    for (int space = 0; space < 5; space++) {
      assertThat(rows(indexes, space)).isEqualTo(MEMORIES);
    }
    keep(5);
    await(() -> indexes.builds() == 6 && indexes.building() == 0);
    assertThat(indexes.standby().standing()).isZero();
    assertThat(indexes.loaded()).isEqualTo(5);
    // It rests: the next message does not begin it again at once.
    keep(5);
    for (int space = 0; space < 5; space++) {
      assertThat(rows(indexes, space)).isEqualTo(MEMORIES);
    }
    assertThat(indexes.builds()).isEqualTo(6);
  }

  @Test
  void whatStandsByLeavesBeforeWhatWasAskedLongerAgo() {
    roomFor(4.5);
    assertThat(rows(indexes, 0)).isEqualTo(MEMORIES);
    for (int space = 1; space < 3; space++) {
      int standing = space;
      keep(space);
      await(() -> indexes.standby().standing() == standing);
    }
    for (int space = 3; space < 6; space++) {
      assertThat(rows(indexes, space)).isEqualTo(MEMORIES);
    }
    long builds = indexes.builds();
    assertThat(indexes.standby().standing()).isZero();
    assertThat(rows(indexes, 0)).isEqualTo(MEMORIES);
    assertThat(indexes.builds()).isEqualTo(builds);
  }
}
